import { assign, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addressOf } from '#contracts/address.ts';
import type { ActorRecord } from '#contracts/actor-record.ts';
import { ActorRecord as Record_ } from '#contracts/actor-record.ts';
import { activity } from '#machines/support/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { migration, migrationChain } from '#runtime/migration.ts';
import {
  firstToSecond,
  parcelFirst,
  parcelFirstBroken,
  parcelFirstExtended,
  parcelSecond,
  parcelThird,
  secondToThird,
} from '#test/support/parcel.machine.ts';

const kernel = createKernel();
const NOW_MS = 1_000_000;
const address = addressOf({ service: 'probe', type: 'parcel', root: 'p1', id: 'p1' });

function stored(definition: ActorDefinition): ActorRecord {
  const { record } = kernel.create(kernel.register(definition), { address, input: { id: 'p1' } }, NOW_MS);
  return Record_.parse(JSON.parse(JSON.stringify(record)));
}

function moved(definition: ActorDefinition, record: ActorRecord, nowMs = NOW_MS + 100) {
  const chain = migrationChain([definition], record.definition.version);
  if (!chain) throw new Error('no chain');
  return kernel.migrate(kernel.register(definition), record, { chain, nowMs });
}

describe('a chain of migrations', () => {
  it('leads through each version that has one to the newest', () => {
    const chain = migrationChain([parcelThird], 1);
    expect(chain?.map(({ from, to }) => [from, to])).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  it('takes in what the versions between bring along', () => {
    const third = { version: 3, migrations: { 2: secondToThird } };
    expect(migrationChain([third, { version: 2, migrations: { 1: firstToSecond } }], 1)).toHaveLength(2);
  });

  it('is none when the first link is missing or the version is not older', () => {
    expect(migrationChain([{ version: 3, migrations: { 2: secondToThird } }], 1)).toBeNull();
    expect(migrationChain([parcelThird], 3)).toBeNull();
    expect(migrationChain([parcelSecond], 3)).toBeNull();
    expect(migrationChain([], 1)).toBeNull();
  });
});

describe('a migration', () => {
  it('moves value and context, counts as a step and forgets no watermark when both sides match', () => {
    const record = { ...stored(parcelFirst), applied: { mailbox: 7, ingress: 9 } };
    const { record: second } = moved(parcelSecond, record);
    expect(second).toMatchObject({
      definition: { version: 2, hash: kernel.register(parcelSecond).hash },
      step: record.step + 1,
      applied: { mailbox: 7, ingress: 9 },
      state: { value: { counting: 'hearing', clock: 'ticking', work: 'weighing' }, context: { heard: 0 } },
    });
    expect(second.state.context).not.toHaveProperty('last');
  });

  it('keeps an activity that stays with its birth and attempts, and asks for nothing anew', () => {
    const record = stored(parcelFirst);
    const { record: second, effects } = moved(parcelSecond, record);
    expect(second.activities).toEqual(record.activities);
    expect(second.children).toEqual(record.children);
    expect(effects.map(({ kind }) => kind)).not.toContain('run-activity');
  });

  it('replaces the timers of a state whose delay is another one, and arms the alarm', () => {
    const record = stored(parcelFirst);
    expect(Object.keys(record.timers)).toEqual(['xstate.after.300.parcel.clock.ticking']);
    const { record: second } = moved(parcelSecond, record);
    expect(second.timers).toMatchObject({
      'xstate.after.350.parcel.clock.ticking': {
        dueAtMs: NOW_MS + 100 + 350,
        generation: record.sequence + 1,
      },
    });
    expect(Object.keys(second.timers)).toHaveLength(1);
  });

  it('starts what the new states invoke over a chain of two', () => {
    const { record: third, effects } = moved(parcelThird, stored(parcelFirst));
    expect(third.definition.version).toBe(3);
    expect(Object.keys(third.activities)).toEqual(['weigh', 'stamp']);
    expect(effects).toContainEqual(
      expect.objectContaining({ kind: 'run-activity', task: expect.objectContaining({ name: 'stamp' }) }),
    );
    expect(third.state.value).toMatchObject({ post: 'stamping' });
  });

  it('lets the moved actor go on, with what it waited for', () => {
    const { record: third } = moved(parcelThird, stored(parcelFirst));
    const weighed = third.activities['weigh'];
    const result = {
      v: 1,
      id: 'r',
      to: address,
      kind: 'activity-result',
      childId: 'weigh',
      birth: weighed?.birth ?? -1,
      attempt: 1,
      outcome: { status: 'succeeded', output: 5 },
    } as const;
    const next = kernel.step(kernel.register(parcelThird), third, {
      deliveries: [{ envelope: result, log: 'ingress', sequence: 1 }],
      nowMs: NOW_MS + 200,
    });
    expect(next.refusals).toEqual([]);
    expect(next.record.state).toMatchObject({ value: { work: 'resting' }, context: { weighed: 5 } });
  });

  it('refuses, and changes nothing, when the old snapshot is not as its schema says', () => {
    const record = stored(parcelFirst);
    record.state.context['last'] = 'three';
    expect(() => moved(parcelSecond, record)).toThrowError(
      /snapshot of version 1 does not match.*context\.last/,
    );
  });

  it('refuses when the result is not as its schema says', () => {
    const wrong = { ...firstToSecond, migrate: (snapshot: never) => snapshot };
    const definition = { ...parcelSecond, migrations: { 1: wrong } };
    expect(() => moved(definition, stored(parcelFirst))).toThrowError(/result for version 2 does not match/);
  });

  it('refuses when it leads to a state that is not there, throws, or breaks the contract of the context', () => {
    const loose = z.looseObject({ value: z.any(), context: z.any() });
    const to = (result: () => object) => ({
      ...parcelSecond,
      migrations: { 1: migration({ from: loose, to: loose, migrate: result as never }) },
    });
    const record = stored(parcelFirst);
    const good = { value: { counting: 'hearing', clock: 'ticking', work: 'resting' } };
    const context = { heard: 0, faults: 0, ticks: 0, weighed: 0 };
    expect(() =>
      moved(
        to(() => ({ value: { counting: 'gone' }, context })),
        record,
      ),
    ).toThrowError(/no state/);
    expect(() =>
      moved(
        to(() => ({ ...good, context: {} })),
        record,
      ),
    ).toThrowError(/context\.heard/);
    expect(() =>
      moved(
        to(() => ({ ...good, context, history: { 'parcel.old': ['parcel.gone'] } })),
        record,
      ),
    ).toThrowError(/parcel\.gone/);
    const failing = to(() => {
      throw new Error('no such customer');
    });
    expect(() => moved(failing, record)).toThrowError(
      expect.objectContaining({
        code: 'MIGRATION_FAILED',
        message: expect.stringContaining('no such customer'),
      }),
    );
  });

  it('ends what no state wants any more before it starts what takes its id', () => {
    const old = machineWith('weigh', 'weigh');
    const renamed = machineWith('weigh', 'measure');
    const record = stored(old);
    const as = z.looseObject({ value: z.any(), context: z.any() });
    const { record: next, effects } = moved(
      {
        ...renamed,
        version: 2,
        migrations: { 1: migration({ from: as, to: as, migrate: (s) => s as never }) },
      },
      record,
    );
    expect(next.children['weigh']).toMatchObject({ src: 'measure', birth: record.sequence + 1 });
    expect(effects.map(({ kind }) => kind).slice(0, 2)).toEqual(['cancel-activity', 'run-activity']);
  });
});

function machineWith(id: string, src: 'weigh' | 'measure'): ActorDefinition {
  const actors = { weigh: activity('weigh'), measure: activity('measure') };
  const machine = setup({ actors }).createMachine({
    id: 'parcel',
    initial: 'busy',
    states: { busy: { invoke: { id, src } } },
  });
  return { type: 'parcel', version: 1, machine };
}

describe('another structure of the same version', () => {
  const differences = (definition: ActorDefinition, record: ActorRecord) =>
    kernel.differences(kernel.register(definition), record);

  it('lets an actor go on when its own situation is the same', () => {
    expect(kernel.register(parcelFirstExtended).hash).not.toBe(kernel.register(parcelFirst).hash);
    expect(differences(parcelFirstExtended, stored(parcelFirst))).toEqual([]);
  });

  it('says that a state is gone', () => {
    expect(differences(parcelFirstBroken, stored(parcelFirst))).toEqual([
      expect.stringContaining('has no state'),
    ]);
  });

  it('lists a timer of another delay from both sides', () => {
    const later: ActorDefinition = { ...parcelSecond, version: 1 };
    const record = { ...stored(parcelSecond) };
    const timer = record.timers['xstate.after.350.parcel.clock.ticking'];
    if (!timer) throw new Error('no timer');
    record.timers = { 'xstate.after.300.parcel.clock.ticking': timer };
    expect(differences(later, record)).toEqual([
      "timer 'xstate.after.300.parcel.clock.ticking' belongs to none of the active states",
      "timer 'xstate.after.350.parcel.clock.ticking' of an active state is not set; it is new, or it has fired already",
    ]);
  });

  it('lists an invoke that was never started, and one that runs something else now', () => {
    const record = stored(parcelFirst);
    expect(differences(parcelFirst, { ...record, children: {}, activities: {} })).toEqual([
      "an active state now invokes 'weigh' as 'weigh', which was never started",
    ]);
    expect(differences(machineWith('weigh', 'measure'), stored(machineWith('weigh', 'weigh')))).toEqual([
      "child 'weigh' runs 'weigh', now 'measure'",
    ]);
    expect(differences(machineWith('other', 'weigh'), stored(machineWith('weigh', 'weigh')))).toEqual([
      "child 'weigh' ('weigh') is invoked by none of the active states",
      "an active state now invokes 'weigh' as 'other', which was never started",
    ]);
  });

  it('lists states that would be entered without a word, and a context that breaks its contract', () => {
    const flat = setup({}).createMachine({ id: 'parcel', initial: 'a', states: { a: {} } });
    const deep = setup({}).createMachine({
      id: 'parcel',
      initial: 'a',
      states: { a: { initial: 'inner', states: { inner: {} } } },
    });
    const record = stored({ type: 'parcel', version: 1, machine: flat });
    expect(differences({ type: 'parcel', version: 1, machine: deep }, record)).toEqual([
      expect.stringContaining('would become {"a":"inner"}'),
    ]);
    const strict = {
      type: 'parcel',
      version: 1,
      machine: flat,
      checks: { context: () => ({ problem: 'context.n: missing' }) },
    };
    expect(differences(strict, record)).toEqual([expect.stringMatching(/^context\.n: /)]);
  });

  it('lists what a history state remembers and is gone', () => {
    const record = stored(parcelFirst);
    record.state.history = { 'parcel.h': ['parcel.old'] };
    expect(differences(parcelFirst, record)).toHaveLength(2);
  });

  it('takes a child that was spawned for what it is', () => {
    const spawning = setup({
      types: { context: {} as { n: number } },
      actors: { weigh: activity('weigh') },
    }).createMachine({
      id: 'parcel',
      context: { n: 0 },
      initial: 'busy',
      states: {
        busy: { entry: assign(({ spawn }) => (spawn('weigh', { id: 'w' }), { n: 1 })) },
      },
    });
    const definition = { type: 'parcel', version: 1, machine: spawning };
    expect(differences(definition, stored(definition))).toEqual([]);
  });
});
