import { describe, expect, it } from 'vitest';
import type { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf } from '#contracts/address.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { Registry } from '#runtime/registry.ts';
import { forecast } from '#runtime/version-forecast.ts';
import {
  parcelFirst,
  parcelFirstBroken,
  parcelFirstExtended,
  parcelSecond,
  parcelThird,
} from '#test/support/parcel.machine.ts';

const kernel = createKernel();
const address = addressOf({ service: 'shop', type: 'parcel', root: 'p1', id: 'p1' });
const stored = (definition: ActorDefinition): ActorRecord =>
  kernel.create(kernel.register(definition), { address, input: { id: 'p1' } }, 1_000).record;
const forecastOf = (definitions: readonly ActorDefinition[], record: ActorRecord) =>
  forecast({ kernel, registry: new Registry(kernel, definitions), nowMs: 2_000 }, record);

describe('a forecast', () => {
  it('says keeps when version and structure are the same, and when the actor has ended', () => {
    expect(forecastOf([parcelFirst], stored(parcelFirst))).toMatchObject({ verdict: 'keeps' });
    const ended = { ...stored(parcelFirst), status: 'done' as const };
    expect(forecastOf([parcelFirstBroken], ended)).toMatchObject({ verdict: 'keeps' });
  });

  it('says adopts and into what when only the structure changed, harmlessly', () => {
    expect(forecastOf([parcelFirstExtended], stored(parcelFirst))).toMatchObject({
      verdict: 'adopts',
      to: { version: 1, hash: kernel.register(parcelFirstExtended).hash },
    });
  });

  it('says migrates and where to when a chain of migrations leads there', () => {
    const record = stored(parcelFirst);
    expect(forecastOf([parcelSecond, parcelThird], record)).toMatchObject({
      verdict: 'migrates',
      to: { version: 3 },
    });
    expect(record.definition.version).toBe(1);
  });

  it('prefers the version it has to one it could be moved to, unless that one is eager', () => {
    expect(forecastOf([parcelFirst, parcelThird], stored(parcelFirst)).verdict).toBe('keeps');
    const eager: ActorDefinition = { ...parcelThird, migrate: 'eager' };
    expect(forecastOf([parcelFirst, eager], stored(parcelFirst)).verdict).toBe('migrates');
  });

  it.each([
    ['DEFINITION_CHANGED', [parcelFirstBroken], parcelFirst],
    ['DEFINITION_MISSING', [{ ...parcelSecond, migrations: {} }], parcelFirst],
    ['DEFINITION_MISSING', [parcelFirst], parcelSecond],
  ])('says strands with %s, why and the remedy when nobody could run it', (code, definitions, of) => {
    expect(forecastOf(definitions, stored(of))).toMatchObject({
      verdict: 'strands',
      code,
      why: expect.stringContaining('parcel'),
      remedy: expect.stringContaining('version'),
    });
  });

  it('says strands when the migration fails', () => {
    const record = stored(parcelFirst);
    record.state.context['ticks'] = 'many';
    expect(forecastOf([parcelSecond], record)).toMatchObject({
      verdict: 'strands',
      code: 'MIGRATION_FAILED',
      why: expect.stringContaining('context.ticks'),
    });
  });
});
