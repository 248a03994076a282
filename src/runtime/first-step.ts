/** The first step of an actor. Only a `start`, or an event to a type that starts on events, makes one. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { partsOf } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { checkEnvelope } from './definition-checks.ts';
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
  /** Nobody is born of it; a parent that waits is told. */
  | { kind: 'refused'; reason: string };

export type FirstStepArguments = {
  kernel: Kernel;
  registry: Registry;
  delivery: Delivery;
  nowMs: number;
  /** Whoever has the address until now. */
  replaces?: ActorRecord;
};

/**
 * Whether a `start` takes the address from the actor of `record`: it says so, and is not the one that made it; or it is
 * a parent's that lives again, for a child of its earlier life that has ended and is still kept.
 */
export function isReplacement(record: ActorRecord, envelope: Envelope): boolean {
  if (envelope.kind !== 'start') return false;
  if (envelope.onConflict === 'replace') return record.startedBy !== envelope.id;
  const life = envelope.parent?.life;
  return life !== undefined && life !== record.parent?.life && record.status !== 'active';
}

/** What the first envelope to an address makes. Pure. */
export function firstStep(args: FirstStepArguments): FirstStep {
  const { kernel, registry, nowMs } = args;
  const { envelope } = args.delivery;
  const address = envelope.to;
  const { type, id } = partsOf(address);
  const registered = registry.newest(type);
  if (envelope.kind === 'start') {
    return registered ? startOf(registered, args) : { kind: 'refused', reason: unknownTypeReason(address) };
  }
  if (envelope.kind === 'event' && registered?.definition.startOnEvent === true) {
    const outcome = kernel.create(registered, { address, input: { id }, life: nowMs }, nowMs);
    return { kind: 'born', registered, outcome, takesEnvelope: false };
  }
  return { kind: 'refused', reason: `ACTOR_UNKNOWN: ${address} does not exist` };
}

function startOf(registered: RegisteredDefinition, args: FirstStepArguments): FirstStep {
  const { kernel, delivery, nowMs, replaces } = args;
  const checked = checkEnvelope(registered.definition, delivery.envelope);
  if ('problem' in checked) return { kind: 'refused', reason: checked.problem };
  const envelope = checked.value;
  if (envelope.kind !== 'start') throw new Error('A start stays a start.');
  const { input, parent, replyTo } = envelope;
  const birth = {
    address: envelope.to,
    // a record is kept for a second at least, so its successor starts at a later time
    life: nowMs,
    delivery: { ...delivery, envelope },
    ...(input === undefined ? {} : { input }),
    ...(parent === undefined ? {} : { parent }),
    // only who waits for an answer may have to ask again whose start it was
    ...(replyTo === undefined ? {} : { startedBy: envelope.id }),
    ...(replaces === undefined ? {} : { replaces }),
  };
  return { kind: 'born', registered, outcome: kernel.create(registered, birth, nowMs), takesEnvelope: true };
}
