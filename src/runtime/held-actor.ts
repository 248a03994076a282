/**
 * What can be done with the record of an actor whose machine cannot run: it fails, or nobody here has its definition.
 *
 * Pure, and without a definition: `stallActor` says that an actor cannot go on by itself, `holdEnvelopes` keeps what
 * arrives until it can, and ends it when that is asked for. Both leave its state as it is. Commit what they return as
 * any other step, with the view of `kernel.view(undefined, record)` when there is no definition.
 */
import type { ActorRecord, Stall } from '#contracts/actor-record.ts';
import type { Activation } from './activations.ts';
import { isDraining, isOnHold } from './kernel/actor-control.ts';
import { bareDraftOf } from './kernel/draft.ts';
import { recordOf, settleAlarm } from './kernel/finish-step.ts';
import type { Delivery, StepOutcome } from './kernel/kernel.ts';
import { refusedNote } from './kernel/note-step.ts';
import { frameAfter, outcomeOf, stepTimeMs } from './kernel/step-outcome.ts';
import { closeMail, nothingTaken, takeDeliveries } from './kernel/take-deliveries.ts';

/** Whether what arrives is kept: the actor is paused or stalled. */
export function keepsMail(record: ActorRecord): boolean {
  return record.status === 'active' && isOnHold({ paused: record.paused, stalled: record.stalled });
}

/** The leading deliveries that {@link holdEnvelopes} can take: whatever lets the actor go on needs its machine. */
export function holdable(deliveries: readonly Delivery[]): readonly Delivery[] {
  return leading(deliveries, ({ envelope: { kind } }) => kind !== 'resume' && kind !== 'cancel');
}

/** The leading deliveries that end an actor whatever its machine is. */
export function endsAtOnce(deliveries: readonly Delivery[]): readonly Delivery[] {
  return leading(deliveries, ({ envelope: { kind } }) => kind === 'terminate' || kind === 'stop');
}

function leading(
  deliveries: readonly Delivery[],
  isTaken: (delivery: Delivery) => boolean,
): readonly Delivery[] {
  const end = deliveries.findIndex((delivery) => !isTaken(delivery));
  return end < 0 ? deliveries : deliveries.slice(0, end);
}

/** Keeps deliveries for an actor that {@link keepsMail}, or ends it when one of them says so. */
export function holdEnvelopes(
  record: ActorRecord,
  { deliveries, nowMs }: { deliveries: readonly Delivery[]; nowMs: number },
): StepOutcome {
  const draft = bareDraftOf(record, stepTimeMs(record, { deliveries, nowMs }));
  const taken = nothingTaken(record.keys);
  const read = takeDeliveries(draft, taken, { record, deliveries });
  closeMail(draft, taken);
  settleAlarm(draft);
  const after = recordOf(draft, frameAfter(record, { ...read, keys: taken.keys }), record.state);
  return outcomeOf(draft, { record: after, before: record.state, taken });
}

/**
 * The actor as stalled, its state untouched. `refused` is an envelope that will not be applied: from a log it is passed
 * by the watermark, from the mail it is taken out. Whoever calls parks it first.
 */
export function stallActor(
  record: ActorRecord,
  args: { stall: Omit<Stall, 'sinceMs'>; refused?: Delivery; nowMs: number },
): StepOutcome {
  const { stall, refused } = args;
  const nowMs = Math.max(args.nowMs, record.updatedAtMs);
  const draft = bareDraftOf(record, nowMs);
  const { control } = draft;
  const applied = { ...record.applied };
  const taken = nothingTaken();
  if (refused !== undefined) {
    const { log, sequence, envelope } = refused;
    applied[log] = Math.max(applied[log], sequence);
    control.held = control.held.filter((kept) => kept.log !== log || kept.sequence !== sequence);
    taken.notes.refused.push({ ...refusedNote(envelope, 'stale'), reason: stall.code });
  }
  control.stalled = { ...stall, sinceMs: nowMs };
  const { heard, keys } = record;
  const read = {
    applied,
    ...(heard === undefined ? {} : { heard }),
    ...(keys === undefined ? {} : { keys }),
  };
  const frame = frameAfter(record, read);
  const after = recordOf(draft, frame, record.state);
  return outcomeOf(draft, { record: after, before: record.state, taken });
}

/** Whether an actor has something to do although nothing waits for it. */
export function hasMail(record: ActorRecord | undefined): boolean {
  return record?.status === 'active' && isDraining(record);
}

/** Whether there is anything to make a step of. */
export function hasWork({ waiting, stored }: Activation): boolean {
  return waiting.length > 0 || hasMail(stored?.record);
}
