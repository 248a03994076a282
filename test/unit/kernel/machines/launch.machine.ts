/** A machine with one activity, for the tests of retries, deadlines and fences. */
import { assign, setup } from 'xstate';
import type { Failure } from '#contracts/failure.ts';
import type { ActivityOptionsInput } from '#contracts/retry-policy.ts';
import { activity } from '#machines/support/activity.ts';

/** `launch` invokes the activity of the same name with exact waits, 1 s before the second attempt. */
export function launchDefinition(options: ActivityOptionsInput = {}) {
  const machine = setup({
    types: {
      context: {} as { count: number; ids: string[]; failure: Failure | null },
      input: {} as { count: number },
      events: {} as { type: 'abort' } | { type: 'again' },
    },
    actors: {
      launch: activity<string[], { count: number }>('launch', {
        retry: { initialMs: 1_000, jitter: 0 },
        ...options,
        queue: (input) => `aws-${input.count}`,
      }),
    },
  }).createMachine({
    id: 'launch',
    context: ({ input }) => ({ count: input.count, ids: [], failure: null }),
    initial: 'launching',
    states: {
      launching: {
        on: { abort: 'aborted', again: { target: 'launching', reenter: true } },
        invoke: {
          id: 'launch',
          src: 'launch',
          input: ({ context }) => ({ count: context.count }),
          onDone: { target: 'launched', actions: assign({ ids: ({ event }) => event.output }) },
          onError: { target: 'failed', actions: assign({ failure: ({ event }) => event.error as Failure }) },
        },
      },
      aborted: { on: { again: 'launching' } },
      launched: { type: 'final' },
      failed: { type: 'final' },
    },
    output: ({ context }) => ({ ids: context.ids, failure: context.failure }),
  });
  return { type: 'launch', version: 1, machine };
}
