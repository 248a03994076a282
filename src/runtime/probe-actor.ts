/** An actor that only counts: sent an event, it proves that its partition has an owner that commits. */
import { assign, setup } from 'xstate';
import { PROBE_ACTOR_TYPE } from '#contracts/probe.ts';
import type { ActorDefinition } from './actor-definition.ts';

const probeMachine = setup({
  types: { context: {} as { probes: number }, events: {} as { type: 'PROBE' } },
}).createMachine({
  id: PROBE_ACTOR_TYPE,
  context: { probes: 0 },
  initial: 'listening',
  states: {
    listening: { on: { PROBE: { actions: assign({ probes: ({ context }) => context.probes + 1 }) } } },
  },
});

/** Registered by every node. */
export const probeDefinition: ActorDefinition = {
  type: PROBE_ACTOR_TYPE,
  version: 1,
  machine: probeMachine,
  startOnEvent: true,
};
