/** Declares what becomes of a child machine whose parent ends, or leaves the state that invoked it. */
import type { AnyActorLogic } from 'xstate';
import type { ParentClosePolicy } from '#contracts/actor-record.ts';

/** What the kernel reads from wrapped logic. */
export type ParentCloseDeclaration = {
  windlassParentClose: { logic: AnyActorLogic; policy: ParentClosePolicy };
};

/**
 * A child machine, or `fromTransition` logic, with a close policy: `setup({ actors: { kid: onParentClose(kid, 'abandon') } })`.
 * For an actor that is declared by its type, `durableActor({ type, onParentClose })` says the same.
 */
export function onParentClose<Logic extends AnyActorLogic>(logic: Logic, policy: ParentClosePolicy): Logic {
  const declaration: ParentCloseDeclaration = { windlassParentClose: { logic, policy } };
  return Object.assign(Object.create(logic) as Logic, declaration);
}
