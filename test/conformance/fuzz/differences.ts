/**
 * Where a durable actor is allowed to differ from a live one of XState, each with its reason and with how the
 * comparison treats it. Whatever is not here must be equal.
 */
export type AllowedDifference = {
  id: string;
  what: string;
  why: string;
  /** `avoided`: the random statecharts do not do it. `aligned`: the live side is put right. `ends`: the run ends there. */
  treatment: 'avoided' | 'aligned' | 'ends';
};

export const ALLOWED_DIFFERENCES: readonly AllowedDifference[] = [
  {
    id: 'same-id-timers',
    what: 'A delayed event with the id of one that is pending replaces it; live, both are delivered.',
    why: 'Live timers of one id cannot be told apart or cancelled singly. A timer in a record has one id and one time.',
    treatment: 'aligned',
  },
  {
    id: 'node-order',
    what: 'Eventless transitions of parallel regions run in the order of the statechart; live, in the order in which the regions were last entered.',
    why: 'That order is not part of a snapshot. A restored actor could not act like one that was never stored.',
    treatment: 'aligned',
  },
  {
    id: 'self-first',
    what: 'Events that an actor sends to itself are taken before those that others send in answer to the same step.',
    why: 'They are part of the step; answers of other actors come after its commit.',
    treatment: 'avoided',
  },
  {
    id: 'stale-completion',
    what: 'The completion of a child of an earlier visit is dropped; live, a later visit takes it.',
    why: 'Births fence children: what was stopped has no say any more.',
    treatment: 'avoided',
  },
  {
    id: 'illegal-configuration',
    what: 'An actor ends with an error when XState leaves the rules of statecharts (a region without a state, a parallel state that is not active inside itself), or goes on from the legal state it means (a history state counted as active); live, it goes on as it is.',
    why: 'A state that no restored snapshot could have must not be stored.',
    treatment: 'ends',
  },
  {
    id: 'system-id-reentry',
    what: 'A state that is left and entered again in one transition starts its child with a system id again; live, the actor ends with an error, because the child of the visit before has the id still.',
    why: 'The child of the visit before is stopped by the same transition: the id is free when the new one starts.',
    treatment: 'ends',
  },
  {
    id: 'unstable-loop',
    what: 'More than 1,000 microsteps in one step, or 1,000 events to itself, end the actor; live, it runs for ever.',
    why: 'A step must end to be committed.',
    treatment: 'avoided',
  },
  {
    id: 'partial-effects',
    what: 'A transition that throws emits and sends nothing; live, what came before the throw has left already.',
    why: 'A step is stored as a whole or not at all.',
    treatment: 'ends',
  },
  {
    id: 'timer-ties',
    what: 'Timers of different actors that are due in the same millisecond may fire in another order.',
    why: 'Each actor has an alarm of its own.',
    treatment: 'avoided',
  },
];
