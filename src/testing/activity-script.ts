/** What activities and foreign child actors answer in a machine test. */
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { Failure } from '#contracts/failure.ts';

/** The end of one attempt, or of one child actor; `hangs` never ends by itself. */
export type Scripted<Value = unknown> =
  | { kind: 'returns'; value: Value; afterMs: number }
  | { kind: 'fails'; failure: Failure; afterMs: number }
  | { kind: 'hangs' };

/** Succeeds with `value`. */
export function returns(): Scripted<undefined>;
export function returns<Value>(value: Value): Scripted<Value>;
export function returns(value?: unknown): Scripted {
  return { kind: 'returns', value, afterMs: 0 };
}

/** Fails; what is left out of the failure is filled in: kind `transient`, a message that says it is scripted. */
export function fails(failure: Partial<Failure> & { code: string }): Scripted<never> {
  return {
    kind: 'fails',
    failure: { message: 'Scripted failure.', kind: 'transient', ...failure },
    afterMs: 0,
  };
}

/** Never ends, until the test ends it. */
export function hangs(): Scripted<never> {
  return { kind: 'hangs' };
}

/** Ends like `outcome`, but only after `delayMs` of virtual time. */
export function takes<Value>(delayMs: number, outcome: Scripted<Value>): Scripted<Value> {
  return outcome.kind === 'hangs' ? outcome : { ...outcome, afterMs: delayMs };
}

/** A list answers one attempt after the other and must not run out; a single outcome answers all of them. */
export type ActivityScript =
  | Scripted
  | readonly Scripted[]
  | ((input: never, task: ActivityTask) => Scripted | Promise<Scripted>);

export type StartedChild = { type: string; service: string; childId: string; input: unknown };

/** Answer of a child actor that is not registered. A single outcome, or one by its input. */
export type ActorScript = Scripted | ((input: never, child: StartedChild) => Scripted);
