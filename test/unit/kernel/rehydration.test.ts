/** Properties over random runs: being stored and restored, or batched, changes nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Effect } from '#runtime/effects.ts';
import type { Kernel, RegisteredDefinition } from '#runtime/kernel/kernel.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { fails, given, hangs, returns, takes, type Mode, type Run } from '#test/support/machine-harness.ts';
import { BUSY_EVENTS, busy } from './machines/busy.machine.ts';

type Command =
  | { do: 'send'; type: (typeof BUSY_EVENTS)[number]; n: number }
  | { do: 'advance'; ms: number }
  | { do: 'end'; child: number; ok: boolean };

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      type: fc.constantFrom(...BUSY_EVENTS),
      n: fc.nat(9),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat(3_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('end' as const), child: fc.nat(5), ok: fc.boolean() }),
  },
);

const start = (mode: Mode) =>
  given(busy, {
    mode,
    activities: {
      work: (input: { n: number }, { attempt }) => {
        if (input.n % 4 === 0) return takes(400, returns(input.n));
        if (input.n % 4 === 1) return attempt < 2 ? fails({ code: 'AGAIN' }) : returns(1);
        return input.n % 4 === 2 ? fails({ code: 'NO', kind: 'terminal' }) : hangs();
      },
    },
  });

async function perform(run: Run, step: Command): Promise<void> {
  if (step.do === 'send') await run.send({ type: step.type, n: step.n } as never);
  else if (step.do === 'advance') await run.advance(step.ms);
  else {
    const child = run.world.foreign.started.filter(({ ended }) => !ended)[step.child];
    if (child !== undefined) {
      run.world.foreign.end(child, (step.ok ? returns(step.child) : fails({ code: 'CHILD' })) as never);
      await run.world.settle();
    }
  }
}

describe('rehydration', () => {
  it('does the same with every step from storage as without', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60, size: 'max' }), async (commands) => {
        const straight = await start('straight');
        const rehydrated = await start('rehydrated');
        for (const step of commands) {
          await perform(straight, step);
          await perform(rehydrated, step);
          expect(rehydrated.record()).toEqual(straight.record());
        }
        expect(rehydrated.effects()).toEqual(straight.effects());
        expect(rehydrated.refusals()).toEqual(straight.refusals());
        for (const { kind } of straight.effects()) seen.add(kind);
        seen.add(straight.status());
      }),
      { numRuns: 120, seed: 5 },
    );
    // then the runs have been worth something
    expect([...seen].toSorted()).toEqual([
      'active',
      'cancel-activity',
      'clear-wake',
      'emit',
      'error',
      'log',
      'run-activity',
      'send',
      'set-wake',
      'start-actor',
      'stop-actor',
    ]);
  });
});

const kernel: Kernel = createKernel();
const registered: RegisteredDefinition = kernel.register(busy);
const address = addressOf({ service: 'test', type: 'busy', root: 'r', id: 'r' });

/** What is left to compare when neither the number of steps nor the alarm's detours matter. */
function essence(record: ActorRecord, effects: readonly Effect[]) {
  const { step: _step, wakeAtMs: _wake, ...rest } = record;
  const kinds = new Set(['set-wake', 'clear-wake', 'run-activity', 'cancel-activity']);
  return { rest, effects: effects.filter(({ kind }) => !kinds.has(kind)) };
}

describe('batches', () => {
  it('do the same in one step as one by one', () => {
    const born = kernel.create(registered, { address }, 0).record;
    const event = fc.record({ type: fc.constantFrom(...BUSY_EVENTS), n: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40, size: 'max' }), (events) => {
        const deliveries = events.map((sent, index) => {
          const envelope: Envelope = { v: 1, id: `e${index}`, to: address, kind: 'event', event: sent };
          return { envelope, log: 'mailbox' as const, sequence: index + 1 };
        });
        const batched = kernel.step(registered, born, { deliveries, nowMs: 10 });
        let record = kernel.step(registered, born, { deliveries: [], nowMs: 10 }).record;
        const effects: Effect[] = [];
        const refusals: unknown[] = [];
        for (const delivery of deliveries) {
          const outcome = kernel.step(registered, record, { deliveries: [delivery], nowMs: 10 });
          record = JSON.parse(JSON.stringify(outcome.record)) as ActorRecord;
          effects.push(...outcome.effects);
          refusals.push(...outcome.refusals);
        }
        expect(essence(batched.record, batched.effects)).toEqual(essence(record, effects));
        expect(batched.refusals).toEqual(refusals);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
