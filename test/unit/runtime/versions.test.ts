import { describe, expect, it } from 'vitest';
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf } from '#contracts/address.ts';
import { probeDefinition } from '#runtime/probe-actor.ts';
import {
  parcelFirst,
  parcelFirstBroken,
  parcelFirstExtended,
  parcelSecond,
  parcelThird,
} from '#test/support/parcel.machine.ts';
import { to, VersionsWorld } from '#test/support/versions-world.ts';

describe('an actor whose version its owner does not have', () => {
  it('keeps its version as long as someone alive has it, and is moved when nobody has', async () => {
    const world = new VersionsWorld();
    const first = await world.start([parcelFirst]);
    await world.note(3);
    const other = await world.start([parcelFirst]);
    await world.start([parcelSecond]);
    await world.stop(first);
    await world.note(5);
    await world.expectWell(1);
    await world.stop(other);
    await world.note(5);
    await world.expectWell(2);
  });

  it('is moved at once when the newer version says so', async () => {
    const world = new VersionsWorld();
    await world.start([parcelFirst]);
    await world.note(3);
    await world.start([parcelFirst, { ...parcelSecond, migrate: 'eager' }]);
    await world.start([parcelFirst, { ...parcelSecond, migrate: 'eager' }]);
    await world.note(30);
    await world.expectWell(world.record().definition.version);
  });

  it('is moved over two versions at once', async () => {
    const world = new VersionsWorld();
    const first = await world.start([parcelFirst]);
    await world.note(3);
    await world.stop(first);
    await world.start([parcelThird]);
    await world.note(3);
    await world.expectWell(3);
    expect(world.record().state.context['stamped']).toBe('stamped');
  });

  it('stalls with reason and remedy, holds what arrives, and goes on by itself when its worker is back', async () => {
    const world = new VersionsWorld();
    const second = await world.start([parcelSecond]);
    await world.note(3);
    const { state } = world.record();
    await world.stop(second);
    const first = await world.start([parcelFirst]);
    await world.note(4);
    const record = world.record();
    expect(record.stalled).toMatchObject({
      code: 'DEFINITION_MISSING',
      reason: expect.stringContaining("pinned to 'parcel' version 2"),
      remedy: expect.stringContaining('Start a worker'),
    });
    expect(record.state.context['heard']).toBe(3);
    expect(record.state.value).toMatchObject({ counting: (state.value as { counting: string }).counting });
    expect(world.view()).toMatchObject({ stalled: record.stalled, version: 2, held: record.held?.length });
    await world.start([parcelSecond]);
    await world.clock.advance(31_000);
    await world.expectWell(2);
    await world.stop(first);
    await world.note(2);
    await world.expectWell(2);
  });

  it('looks again at every envelope, a resume among them', async () => {
    const world = new VersionsWorld();
    const second = await world.start([parcelSecond]);
    await world.note(1);
    await world.stop(second);
    await world.start([parcelFirst]);
    await world.note(1);
    const stalled = world.record();
    await world.start([parcelSecond]);
    world.bus.deliver({ v: 1, kind: 'resume', id: 'resume', to });
    await world.clock.advance(50);
    expect(world.record().stalled).toBeUndefined();
    expect(stalled.stalled).toBeDefined();
    await world.expectWell(2);
  });

  it('writes no more than it must while it waits for days', async () => {
    const world = new VersionsWorld();
    const second = await world.start([parcelSecond]);
    await world.note(1);
    await world.stop(second);
    await world.start([parcelFirst]);
    await world.note(1);
    await world.clock.advance(60_000);
    const { step } = world.record();
    await world.clock.advance(3_600_000);
    expect(world.record().step - step).toBeLessThanOrEqual(3_600_000 / 30_000 + 1);
    expect(world.record().held?.map(({ envelope }) => envelope.kind)).toContain('event');
  });

  it('parks what it has no room for', async () => {
    const world = new VersionsWorld();
    const second = await world.start([parcelSecond]);
    await world.note(1);
    await world.stop(second);
    await world.start([parcelFirst]);
    const pad = 'x'.repeat(20_000);
    for (let n = 0; n < 20; n += 1) {
      world.bus.deliver({ v: 1, kind: 'event', id: `fat-${n}`, to, event: { type: 'FAT', pad } });
      await world.clock.advance(20);
    }
    expect(world.bus.dead.length).toBeGreaterThan(3);
    expect(world.bus.dead[0]?.reason).toMatch(/^ACTOR_STALLED: DEFINITION_MISSING/);
  });

  it('stalls with its data untouched when its migration fails, and goes on when that is mended', async () => {
    const world = new VersionsWorld();
    const first = await world.start([parcelFirst]);
    await world.note(3);
    await world.stop(first);
    const migration = parcelSecond.migrations?.[1];
    if (!migration) throw new Error('no migration');
    const failing = { ...migration, migrate: () => ({ value: 'nowhere' }) };
    const bad = await world.start([{ ...parcelSecond, migrations: { 1: failing } }]);
    await world.note(2);
    expect(world.record()).toMatchObject({
      definition: { version: 1 },
      stalled: { code: 'MIGRATION_FAILED', reason: expect.stringContaining('version 2') },
      state: { context: { last: 3 } },
    });
    await world.stop(bad);
    await world.start([parcelSecond]);
    await world.note(2);
    await world.expectWell(2);
  });

  it('refuses what comes after its end, whoever has its definition', async () => {
    const world = new VersionsWorld();
    const second = await world.start([parcelSecond]);
    await world.note(1);
    world.bus.deliver({ v: 1, kind: 'stop', id: 'stop', to });
    await world.clock.advance(100);
    await world.stop(second);
    await world.start([parcelFirst]);
    const { step } = world.record();
    await world.note(2);
    expect(world.record()).toMatchObject({ status: 'stopped', step });
    expect(world.bus.dead).toEqual([]);
  });
});

describe('an actor whose version has another structure', () => {
  it('goes on in it when its situation is the same', async () => {
    const world = new VersionsWorld();
    const first = await world.start([parcelFirst]);
    await world.note(3);
    const { definition } = world.record();
    await world.stop(first);
    await world.start([parcelFirstExtended]);
    await world.note(3);
    expect(world.record().definition.hash).not.toBe(definition.hash);
    await world.expectWell(1);
  });

  it('is run by whoever has the former one, and stalls when nobody has', async () => {
    const world = new VersionsWorld();
    const first = await world.start([parcelFirst]);
    await world.note(3);
    await world.start([parcelFirstBroken]);
    await world.start([parcelFirstBroken]);
    await world.note(3);
    await world.expectWell(1);
    await world.stop(first);
    await world.note(3);
    expect(world.record().stalled).toMatchObject({
      code: 'DEFINITION_CHANGED',
      reason: expect.stringContaining('has no state'),
      remedy: expect.stringContaining('higher version'),
    });
    await world.start([parcelFirst]);
    await world.clock.advance(31_000);
    await world.expectWell(1);
  });
});

describe('a node that computes steps for others', () => {
  it('starts actors of a type that their owner does not have', async () => {
    const world = new VersionsWorld();
    await world.start([probeDefinition]);
    await world.note(1);
    // … and forgotten, or the next owner would read it again.
    await world.clock.advance(3_000);
    expect(world.bus.dead).toHaveLength(1);
    world.bus.dead.length = 0;
    await world.start([parcelFirst]);
    await world.start([probeDefinition]);
    for (let n = 0; n < 5; n += 1) {
      const id = `q${n}`;
      const address = addressOf({ service: 'shop', type: 'parcel', root: id, id });
      world.bus.deliver({ v: 1, kind: 'event', id, to: address, event: { type: 'NOTE', n: 1 } });
    }
    await world.clock.advance(1_000);
    const contexts = [...world.bus.service('shop').records.values()].map(
      ({ record }) => ActorRecord.parse(JSON.parse(record)).state.context['last'],
    );
    expect(contexts).toEqual([1, 1, 1, 1, 1]);
    expect(world.bus.dead).toEqual([]);
  });

  it('may die at any port call, before and after it', async () => {
    for (const when of ['crash-before', 'crash-after', 'suspend'] as const) {
      for (let fatal = 1; fatal < 60; fatal += 10) {
        const world = new VersionsWorld();
        await world.start([parcelFirst]);
        await world.note(2);
        let call = 0;
        const doomed = await Promise.race([
          world.start([parcelSecond], () => ((call += 1) === fatal + 20 ? when : 'go-on')),
          world.clock.advance(10_000).then(() => null),
        ]);
        await world.note(10);
        doomed?.memory.kill();
        await world.start([parcelFirst]);
        await world.clock.advance(10_000);
        await world.expectWell(1);
      }
    }
  });
});
