/** Declares a durable activity as actor logic, so that a machine can invoke it. The code runs in a worker. */
import { fromPromise, type PromiseActorLogic } from 'xstate';
import type { LargePayload } from '#contracts/large-payload.ts';
import { ActivityOptions, type ActivityOptionsInput } from '#contracts/retry-policy.ts';

/** What the kernel reads from a declared activity. */
export type ActivityDeclaration<Input> = {
  kind: 'activity';
  name: string;
  options: ActivityOptions;
  /** Chooses the limit class of one call; `default` when absent. Pure. */
  queue?: (input: Input) => string;
};

type Options<Input> = ActivityOptionsInput & { queue?: (input: Input) => string };

/**
 * A slot for the activity `name`, to be placed in `setup({ actors })`.
 *
 * The worker must offer an implementation under the same name. Retries, time limits and the idempotency key
 * are the runtime's: `onDone` sees the output of the one attempt that succeeded, `onError` the last `Failure`.
 * With `largeOutput` it sees a reference instead. Handed on as input of another activity, wherever in it, the
 * reference arrives there as what it refers to.
 */
export function activity<_Output, Input>(
  name: string,
  options: Options<Input> & { largeOutput: true },
): PromiseActorLogic<LargePayload, Input>;
export function activity<Output, Input>(
  name: string,
  options?: Omit<Options<Input>, 'largeOutput'>,
): PromiseActorLogic<Output, Input>;
export function activity<Output, Input>(
  name: string,
  options: Options<Input> = {},
): PromiseActorLogic<Output | LargePayload, Input> {
  const { queue, ...rest } = options;
  const declaration: ActivityDeclaration<Input> = {
    kind: 'activity',
    name,
    options: ActivityOptions.parse(rest),
    ...(queue ? { queue } : {}),
  };
  const logic = fromPromise<Output | LargePayload, Input>(() => {
    throw new Error(`Activity '${name}' was run outside a worker. Start the machine through the runtime.`);
  });
  return Object.assign(logic, { windlass: declaration });
}
