/** Registers each definition once for all runs: a kernel is pure, and simulated nodes come and go by the thousand. */
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import type { Kernel, RegisteredDefinition } from '#runtime/kernel/kernel.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';

const kernel = createKernel();
const known = new WeakMap<ActorDefinition, RegisteredDefinition>();
const implied = new WeakMap<readonly ActorDefinition[], readonly ActorDefinition[]>();

export const sharedKernel: Kernel = {
  ...kernel,
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
