/**
 * Whatever was stored once, by whichever version, goes on today: it keeps its version, adopts the structure of today, is
 * migrated, or is listed here with the reason why nobody can run it any more. Files below `versions/` were stored by
 * versions that nobody registers any more; each says what the migrations made of it. They are append-only.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf, partsOf } from '#contracts/address.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import type { Delivery } from '#runtime/kernel/kernel.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { migrationChain } from '#runtime/migration.ts';
import { Registry } from '#runtime/registry.ts';
import { forecast } from '#runtime/version-forecast.ts';
import { parcelFirst, parcelSecond, parcelThird } from '#test/support/parcel.machine.ts';
import { busy } from '#test/unit/kernel/machines/busy.machine.ts';
import { counter } from '#test/unit/kernel/machines/counter.machine.ts';
import { parent } from '#test/unit/kernel/machines/family.machine.ts';
import { launchDefinition } from '#test/unit/kernel/machines/launch.machine.ts';
import { REGISTERED } from './snapshot-cases.ts';

/** Golden records that nobody can run any more, by file, and why that was accepted. */
const STRANDED: Readonly<Record<string, string>> = {};

const NOW_MS = Date.UTC(2026, 0, 1);
const kernel = createKernel();
const folder = path.join(import.meta.dirname, 'versions');
const contract = path.join(import.meta.dirname, '..');

/** Today's definitions: of everything that is registered, and of the machines that only tests have. */
const TODAY: readonly ActorDefinition[] = [
  ...REGISTERED,
  busy,
  counter,
  parent,
  launchDefinition(),
  parcelThird,
];

const VersionGolden = z.strictObject({
  record: ActorRecord,
  /** By version it is moved to. */
  moved: z.record(z.string(), z.strictObject({ record: ActorRecord, effects: z.array(z.json()) })),
});

const stored = (definition: ActorDefinition, events: readonly Delivery['envelope'][] = []): ActorRecord => {
  const registered = kernel.register(definition);
  const address = addressOf({ service: 'shop', type: definition.type, root: 'p1', id: 'p1' });
  const { record } = kernel.create(registered, { address, input: { id: 'p1' } }, NOW_MS);
  const deliveries = events.map((envelope, index) => ({
    envelope,
    log: 'ingress' as const,
    sequence: index + 1,
  }));
  return deliveries.length === 0
    ? record
    : kernel.step(registered, record, { deliveries, nowMs: NOW_MS + 50 }).record;
};

const to = addressOf({ service: 'shop', type: 'parcel', root: 'p1', id: 'p1' });
const note = (n: number) =>
  ({ v: 1, kind: 'event', id: `n${n}`, to, event: { type: 'NOTE', n } }) as const;
const weighed = {
  v: 1,
  kind: 'activity-result',
  id: 'w1',
  to,
  childId: 'weigh',
  birth: 2,
  attempt: 1,
  outcome: { status: 'succeeded', output: 7 },
} as const;

type Case = { file: string; from: ActorDefinition; record: () => ActorRecord; into: readonly ActorDefinition[] };

const CASES: readonly Case[] = [
  {
    file: 'parcel@1/weighing.json',
    from: parcelFirst,
    record: () => stored(parcelFirst, [note(1), note(2)]),
    into: [parcelSecond, parcelThird],
  },
  {
    file: 'parcel@1/resting.json',
    from: parcelFirst,
    record: () => stored(parcelFirst, [note(1), weighed]),
    into: [parcelSecond, parcelThird],
  },
  {
    file: 'parcel@2/resting.json',
    from: parcelSecond,
    record: () => stored(parcelSecond, [note(1), weighed]),
    into: [parcelThird],
  },
];

function moved(definition: ActorDefinition, record: ActorRecord) {
  const chain = migrationChain([definition], record.definition.version);
  if (chain === null) throw new Error(`There is no way to version ${definition.version}.`);
  const { record: next, effects } = kernel.migrate(kernel.register(definition), record, {
    chain,
    nowMs: NOW_MS + 100,
  });
  return { record: next, effects };
}

/** Writes what is missing when asked to, and never changes a file. */
function golden({ file, record, into }: Case): z.infer<typeof VersionGolden> {
  const place = path.join(folder, file);
  if (process.env['WRITE_GOLDEN'] === '1' && !existsSync(place)) {
    const before = record();
    const results = into.map((definition) => [definition.version, moved(definition, before)] as const);
    mkdirSync(path.dirname(place), { recursive: true });
    const content = { record: before, moved: Object.fromEntries(results) };
    writeFileSync(place, `${JSON.stringify(content, null, 2)}\n`);
  }
  return VersionGolden.parse(JSON.parse(readFileSync(place, 'utf8')));
}

describe.each(CASES)('$file, stored by an earlier version', (one) => {
  it.each(one.into)('is moved to version $version as on the day that was written', (definition) => {
    const { record, moved: expected } = golden(one);
    const outcome = JSON.parse(JSON.stringify(moved(definition, record))) as unknown;
    expect(outcome).toEqual(expected[String(definition.version)]);
  });

  it('goes on in the newest version with what it waited for', () => {
    const { record } = golden(one);
    const next = moved(parcelThird, record).record;
    const outcome = kernel.step(kernel.register(parcelThird), next, {
      deliveries: [
        { envelope: note(3), log: 'ingress', sequence: 100 },
        {
          envelope: { v: 1, kind: 'wake', id: 'w', to, dueAtMs: next.wakeAtMs ?? 0 },
          log: 'mailbox',
          sequence: 1,
        },
      ],
      nowMs: NOW_MS + 10_000,
    });
    expect(outcome.refusals).toEqual([]);
    expect(outcome.record).toMatchObject({ status: 'active', state: { context: { heard: 3, ticks: 1 } } });
  });
});

const under = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.join(directory, file));

const ALL = ['golden/snapshots', 'snapshots/golden', 'golden/versions']
  .flatMap((name) => (existsSync(path.join(contract, name)) ? under(path.join(contract, name)) : []))
  .map((file) => path.relative(contract, file))
  .toSorted();

const Holder = z.union([z.looseObject({ record: ActorRecord }).transform(({ record }) => record), ActorRecord]);
const readRecord = (file: string): ActorRecord =>
  Holder.parse(JSON.parse(readFileSync(path.join(contract, file), 'utf8')));

describe('every golden record', () => {
  it.each(ALL)('can be run today: %s', (file) => {
    const record = readRecord(file);
    const { type } = partsOf(record.address);
    const registry = new Registry(
      kernel,
      TODAY.filter((definition) => definition.type === type),
    );
    const { verdict, why } = forecast({ kernel, registry, nowMs: record.updatedAtMs }, record);
    if (file in STRANDED) expect(verdict, 'it can be run again: take it off the list').toBe('strands');
    else expect(why ?? verdict).toMatch(/^(keeps|adopts|migrates)$/);
  });

  it('is listed as stranded only while it exists', () => {
    expect(Object.keys(STRANDED).filter((file) => !ALL.includes(file))).toEqual([]);
    expect(ALL.length).toBeGreaterThan(70);
  });
});
