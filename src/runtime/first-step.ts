/** The first step of an actor. Only a `start`, or an event to a type that starts on events, makes one. */
import { partsOf } from '#contracts/address.ts';
import type { Delivery, Kernel, RegisteredDefinition, StepOutcome } from './kernel/kernel.ts';
import { unknownTypeReason } from './refused-start.ts';
import type { Registry } from './registry.ts';

export type FirstStep =
  | {
      kind: 'born';
      registered: RegisteredDefinition;
      outcome: StepOutcome;
      /** False when the envelope is an event that the new actor has yet to take. */
      takesEnvelope: boolean;
    }
  /** Nobody can be born of it; `refusesStart` when a parent waits to hear so. */
  | { kind: 'refused'; reason: string; refusesStart: boolean };

/** What the first envelope to an address without a record makes. Pure. */
export function firstStep(args: {
  kernel: Kernel;
  registry: Registry;
  delivery: Delivery;
  nowMs: number;
}): FirstStep {
  const { kernel, registry, nowMs } = args;
  const { envelope, log, sequence } = args.delivery;
  const address = envelope.to;
  const { type, id } = partsOf(address);
  const registered = registry.newest(type);
  if (envelope.kind === 'start') {
    if (!registered) return { kind: 'refused', reason: unknownTypeReason(address), refusesStart: true };
    const { input, parent } = envelope;
    const birth = {
      address,
      delivery: { log, sequence },
      ...(input === undefined ? {} : { input }),
      ...(parent === undefined ? {} : { parent }),
    };
    return {
      kind: 'born',
      registered,
      outcome: kernel.create(registered, birth, nowMs),
      takesEnvelope: true,
    };
  }
  if (envelope.kind === 'event' && registered?.definition.startOnEvent === true) {
    const outcome = kernel.create(registered, { address, input: { id } }, nowMs);
    return { kind: 'born', registered, outcome, takesEnvelope: false };
  }
  return { kind: 'refused', reason: `ACTOR_UNKNOWN: ${address} does not exist`, refusesStart: false };
}
