/**
 * Golden records of the kernel's own test machines: what was stored once must be readable for ever.
 *
 * The files are append-only. `WRITE_GOLDEN=1` writes those that are missing and never changes one.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ActorRecord } from '#contracts/actor-record.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { fails, given, hangs, returns, type Run } from '#test/support/machine-harness.ts';
import { busy } from '#test/unit/kernel/machines/busy.machine.ts';
import { counter } from '#test/unit/kernel/machines/counter.machine.ts';
import { parent } from '#test/unit/kernel/machines/family.machine.ts';
import { launchDefinition } from '#test/unit/kernel/machines/launch.machine.ts';

type Golden = {
  file: string;
  definition: ActorDefinition;
  /** Brings an actor to the state that is stored. */
  reach: () => Promise<Run>;
  /** An event to the actor as it was stored, and the state value after it. */
  event: ActorEvent;
  value: unknown;
};

const goldens: Golden[] = [
  {
    file: 'launch@1/waiting-for-the-second-attempt.json',
    definition: launchDefinition(),
    reach: () =>
      given(launchDefinition(), {
        input: { count: 2 },
        activities: { launch: [fails({ code: 'THROTTLED', kind: 'throttle' })] },
      }),
    event: { type: 'abort' },
    value: 'aborted',
  },
  {
    file: 'launch@1/done.json',
    definition: launchDefinition(),
    reach: () => given(launchDefinition(), { input: { count: 1 }, activities: { launch: returns(['i-1']) } }),
    event: { type: 'abort' },
    value: 'launched',
  },
  {
    file: 'parent@1/with-children-and-a-reference.json',
    definition: parent,
    reach: async () => {
      const run = await given(parent);
      await run.send({ type: 'enter' });
      await run.send({ type: 'spawnInAssign' });
      return run;
    },
    event: { type: 'leave' },
    value: 'idle',
  },
  {
    file: 'busy@1/history-timers-dates-undefined.json',
    definition: busy,
    reach: async () => {
      const run = await given(busy, { activities: { work: [returns(1), hangs()] } });
      for (const [type, n] of [
        ['next', 1],
        ['next', 2],
        ['note', 3],
        ['back', 2],
        ['toHistory', 4],
        ['ring', 5],
      ] as const) {
        await run.send({ type, n } as never);
      }
      return run;
    },
    event: { type: 'next', n: 3 },
    value: { left: { b: 'b1' }, right: { resting: { x: 'x2', y: 'y1' } } },
  },
  {
    file: 'counter@1/error.json',
    definition: counter,
    reach: async () => {
      const run = await given(counter);
      await run.send({ type: 'throwing' });
      return run;
    },
    event: { type: 'inc' },
    value: 'counting',
  },
];

const pathOf = (file: string) => join(import.meta.dirname, 'golden', file);

describe.each(goldens)('the record $file', ({ file, definition, reach, event, value }) => {
  it('is still what the kernel stores', async () => {
    const record = JSON.parse(JSON.stringify((await reach()).record())) as unknown;
    if (process.env['WRITE_GOLDEN'] === '1' && !existsSync(pathOf(file))) {
      mkdirSync(dirname(pathOf(file)), { recursive: true });
      writeFileSync(pathOf(file), `${JSON.stringify(record, null, 2)}\n`);
    }
    expect(record).toEqual(JSON.parse(readFileSync(pathOf(file), 'utf8')));
  });

  it('can still be read and go on', () => {
    const record = ActorRecord.parse(JSON.parse(readFileSync(pathOf(file), 'utf8')));
    const kernel = createKernel();
    const envelope = { v: 1, id: 'next', to: record.address, kind: 'event', event } as const;
    const deliveries = [{ envelope, log: 'mailbox' as const, sequence: record.applied.mailbox + 1 }];
    const next = kernel.step(kernel.register(definition), record, { deliveries, nowMs: record.updatedAtMs });
    expect(next.record.state.value).toEqual(value);
    expect(next.record.status).toBe(record.status);
  });
});
