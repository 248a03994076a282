/** Declares a child that is an actor of its own: with its own record, perhaps in another service. */
import type { ParentClosePolicy } from '#contracts/actor-record.ts';
import { fromPromise, type PromiseActorLogic } from 'xstate';

/** What the kernel reads from a declared actor. */
export type DurableActorDeclaration<Input> = {
  kind: 'actor';
  /** Actor type to start; a function picks it from the input. Pure. */
  type: string | ((input: Input) => string);
  /** Service that runs it; the parent's own when absent. */
  service?: string;
  /**
   * What becomes of it when its parent ends, or leaves the state that invoked it: `terminate` (the default) ends it at
   * once, `request-cancel` gives it `windlass.cancel` so that it may compensate, `abandon` lets it go on alone.
   */
  onParentClose?: ParentClosePolicy;
};

/**
 * A slot for a child actor, to be placed in `setup({ actors })`; invoke or spawn it with an explicit id.
 *
 * The child starts when the parent's step is committed; its output arrives as `xstate.done.actor.<id>`.
 * Leaving the invoking state, or `stopChild`, ends it as `onParentClose` says.
 */
export function durableActor<Output, Input>(
  declaration: Omit<DurableActorDeclaration<Input>, 'kind'>,
): PromiseActorLogic<Output, Input> {
  const logic = fromPromise<Output, Input>(() => {
    throw new Error('A durable actor was run outside the runtime. Start the parent through the runtime.');
  });
  return Object.assign(logic, { windlass: { kind: 'actor', ...declaration } });
}
