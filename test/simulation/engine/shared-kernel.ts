/** Registers each definition once for all runs: a kernel is pure, and simulated nodes come and go by the thousand. */
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Delivery, Kernel, RegisteredDefinition } from '#runtime/kernel/kernel.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';

const kernel = createKernel();
const known = new WeakMap<ActorDefinition, RegisteredDefinition>();
const implied = new WeakMap<readonly ActorDefinition[], readonly ActorDefinition[]>();

/** What a step was made from. */
export type Origin = { before: ActorRecord; deliveries: readonly Delivery[]; made: ActorRecord };

/** By a part that is made anew with each step: whoever commits one writes into the record which attempts run near. */
const origins = new WeakMap<ActorRecord['state'], Origin>();

/** Of a record that a step of this very kernel made. */
export function originOf(record: ActorRecord): Origin | undefined {
  return origins.get(record.state);
}

export const sharedKernel: Kernel = {
  ...kernel,
  step: (definition, before, args) => {
    const outcome = kernel.step(definition, before, args);
    origins.set(outcome.record.state, { before, deliveries: args.deliveries, made: outcome.record });
    return outcome;
  },
  register: (definition) => {
    const registered = known.get(definition) ?? kernel.register(definition);
    known.set(definition, registered);
    return registered;
  },
  withImplied: (definitions) => {
    const all = implied.get(definitions) ?? kernel.withImplied(definitions);
    implied.set(definitions, all);
    return all;
  },
};
