/** Declares a piece of work outside the machine. Its code is given to the worker, so clients never load it. */
import { fromPromise, type PromiseActorLogic } from 'xstate';
import { z } from 'zod';
import type { LargePayload } from '#contracts/large-payload.ts';
import { ActivityOptions, type ActivityOptionsInput } from '#contracts/retry-policy.ts';

export { LargePayload } from '#contracts/large-payload.ts';

export type ActivitySchemas<Input extends z.ZodType, Output extends z.ZodType> = {
  /** What one call is given. Absent: nothing. */
  input?: Input;
  /** What a call that succeeded returns. Absent: nothing. */
  output?: Output;
  /** Chooses the limit class of a call, by its input; `default` when absent. Pure. */
  queue?: (input: z.output<Input>) => string;
};

/** What the kernel, and whoever runs it, read from a declared activity. */
export type ActivityDeclaration<Name extends string, Input extends z.ZodType, Output extends z.ZodType> = {
  kind: 'activity';
  name: Name;
  options: ActivityOptions;
  queue?: (input: z.output<Input>) => string;
  input: Input;
  output: Output;
};

/**
 * XState promise logic with a declaration: `invoke` it by its name in `setup({ actors })`. `Seen` is what the machine
 * gets as its output.
 */
export type DeclaredActivity<
  Name extends string = string,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
  Seen = z.output<Output>,
> = PromiseActorLogic<Seen, z.input<Input>> & {
  readonly windlass: ActivityDeclaration<Name, Input, Output>;
};

/**
 * Declares the activity `name`. Retries, time limits and the idempotency key are the runtime's: `onDone` sees the output
 * of the attempt that succeeded, `onError` the last `Failure`. All durations are milliseconds.
 *
 * ```ts
 * export const sendMail = activity('sendMail', {
 *   input: z.object({ to: z.string() }),
 *   output: z.object({ id: z.string() }),
 *   retry: { attemptsMax: 5 },
 * });
 * ```
 *
 * With `largeOutput: true` the output is stored beside the bus, and the machine sees a {@link LargePayload}.
 */
export function activity<
  const Name extends string,
  Input extends z.ZodType = z.ZodUndefined,
  Output extends z.ZodType = z.ZodUndefined,
>(
  name: Name,
  options: ActivitySchemas<Input, Output> & ActivityOptionsInput & { largeOutput: true },
): DeclaredActivity<Name, Input, Output, LargePayload>;
export function activity<
  const Name extends string,
  Input extends z.ZodType = z.ZodUndefined,
  Output extends z.ZodType = z.ZodUndefined,
>(
  name: Name,
  options?: ActivitySchemas<Input, Output> & Omit<ActivityOptionsInput, 'largeOutput'>,
): DeclaredActivity<Name, Input, Output>;
export function activity<Name extends string, Input extends z.ZodType, Output extends z.ZodType>(
  name: Name,
  options: ActivitySchemas<Input, Output> & ActivityOptionsInput = {},
): DeclaredActivity<Name, Input, Output, z.output<Output> | LargePayload> {
  const { input, output, queue, ...rest } = options;
  const windlass: ActivityDeclaration<Name, Input, Output> = {
    kind: 'activity',
    name,
    options: ActivityOptions.parse(rest),
    input: input ?? (z.undefined() as z.ZodType as Input),
    output: output ?? (z.undefined() as z.ZodType as Output),
    ...(queue ? { queue } : {}),
  };
  const logic = fromPromise<z.output<Output> | LargePayload, z.input<Input>>(() => {
    throw new Error(
      `Activity '${name}' was run outside a worker. Start the machine with runWorker or in a test.`,
    );
  });
  return Object.assign(logic, { windlass });
}

/**
 * Schema for a part of an activity's input that may come by reference: the machine hands on a {@link LargePayload}, or the
 * value itself, and the code is given the value.
 */
export function mayBeLarge<Schema extends z.ZodType>(
  schema: Schema,
): z.ZodType<z.output<Schema>, z.input<Schema> | LargePayload> {
  // references are resolved before the code's input is checked
  return schema as z.ZodType<z.output<Schema>, z.input<Schema> | LargePayload>;
}
