/** What leaves an actor: events to others and to itself, and its view. */
import { describe, expect, it } from 'vitest';
import { assign, createMachine, emit, log, sendParent, sendTo, setup } from 'xstate';
import { addressOf, type Address } from '#contracts/address.ts';
import { remoteActor } from '#machines/support/remote-actor.ts';
import { stepTimeMs } from '#machines/support/step-time.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { bothModes, given, START_MS } from '#test/support/machine-harness.ts';
import { counter } from './machines/counter.machine.ts';

const kernel = createKernel();
const address = addressOf({ service: 'test', type: 'clock', root: 'r', id: 'r' });

describe('events an actor sends', () => {
  bothModes('to itself are taken within the same step, after the current event', async (mode) => {
    const run = await given(counter, { mode });
    await run.send({ type: 'self' });
    expect(run.record().state.context['count']).toBe(2);
    expect(run.effects()).toEqual([]);
  });

  bothModes('to itself without end stop the actor', async (mode) => {
    const run = await given(counter, { mode });
    await run.send({ type: 'loop' });
    expect(run.error()?.message).toContain('sent itself 1000 events without coming to rest');
  });

  bothModes('to its parent and to any address leave as they are', async (mode) => {
    const above = addressOf({ service: 'other', type: 'above', root: 'r', id: 'a' });
    const remote = addressOf({ service: 'far', type: 'thing', root: 'q', id: 'z' });
    const talker = createMachine({
      id: 'talker',
      on: {
        up: { actions: sendParent({ type: 'hello', gone: undefined }) },
        answer: {
          actions: sendTo(
            ({ event: asked }) => remoteActor((asked as unknown as { replyTo: Address }).replyTo),
            { type: 'answer' },
          ),
        },
      },
    });
    const parent = { address: above, childId: 'kid' };
    const run = await given({ type: 'talker', version: 1, machine: talker }, { mode, parent });
    await run.send({ type: 'up' });
    await run.send({ type: 'answer', replyTo: remote } as never);
    expect(run.sent()).toEqual([
      { from: run.address, to: above, event: { type: 'hello' } },
      { from: run.address, to: remote, event: { type: 'answer' } },
    ]);
  });

  bothModes('end the actor when they are not JSON, and none of them leaves', async (mode) => {
    const talker = createMachine({
      id: 'talker',
      on: { go: { actions: [emit({ type: 'first' }), emit({ type: 'second', when: new Date(0) })] } },
    });
    const run = await given({ type: 'talker', version: 1, machine: talker }, { mode });
    await run.send({ type: 'go' });
    expect(run.error()?.message).toContain(`event 'second'.when is a Date`);
    expect(run.emitted()).toEqual([]);
  });
});

describe('the log', () => {
  bothModes('never stops an actor: what is not JSON is bent into it', async (mode) => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const machine = createMachine({
      id: 'logging',
      entry: [
        log(() => ({ when: new Date(0), gone: undefined })),
        log(() => cyclic, 'cycle'),
        log(() => undefined),
      ],
    });
    const run = await given({ type: 'logging', version: 1, machine }, { mode });
    expect(run.logged()).toEqual([
      { value: { when: '1970-01-01T00:00:00.000Z' } },
      { label: 'cycle', value: '[object Object]' },
      { value: null },
    ]);
  });
});

describe('the view', () => {
  it('shows what the definition chooses, decoded, and its own fault when that throws', () => {
    const clock = setup({ types: { context: {} as { at: Date; none: undefined } } }).createMachine({
      id: 'clock',
      context: { at: new Date(7), none: undefined },
      entry: assign({ at: ({ system }) => new Date(stepTimeMs({ system })) }),
    });
    const view = ({ context, value }: { context: { at: Date }; value: unknown }) => ({
      ms: context.at.getTime(),
      value: value as never,
    });
    const shown = kernel.register({ type: 'clock', version: 1, machine: clock, view });
    const { record } = kernel.create(shown, { address }, START_MS);
    expect(kernel.view(shown, record).detail).toEqual({ ms: START_MS, value: {} });
    const faulty = kernel.register({
      type: 'clock',
      version: 1,
      machine: clock,
      view: () => ({ at: new Date(0) }) as never,
    });
    expect(kernel.view(faulty, record).detail).toEqual({
      viewFailed: expect.stringContaining('detail.at is a Date'),
    });
  });
});
