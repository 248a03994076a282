/**
 * What can be done with the record of an actor whose machine cannot run: it fails, or nobody here has its definition.
 *
 * Pure, and without a definition: `stallActor` says that an actor cannot go on by itself, `holdEnvelopes` keeps what
 * arrives until it can, and ends it when that is asked for. Both leave its state as it is. Commit what they return as
 * any other step, with the view of `kernel.view(undefined, record)` when there is no definition.
 *
 * H1 Nothing of its state changes: only the marks, what is held, the watermarks and the alarm.
 * H2 What is held is applied in the order of arrival when it goes on, before anything that arrives later.
 * H3 While nobody has its definition it looks again with each envelope, and by its own alarm at least every 30 s.
 */
import type { ActorRecord, Stall } from '#contracts/actor-record.ts';
import type { Activation } from './activations.ts';
import { definitionStall, isDefinitionStall, type StallCause } from './definition-stall.ts';
import { isDraining, isOnHold } from './kernel/actor-control.ts';
import { bareDraftOf, type Draft } from './kernel/draft.ts';
import { recordOf, settleAlarm } from './kernel/finish-step.ts';
import type { Delivery, StepOutcome } from './kernel/kernel.ts';
import { refusedNote } from './kernel/note-step.ts';
import { frameAfter, outcomeOf, stepTimeMs } from './kernel/step-outcome.ts';
import { closeMail, nothingTaken, rememberedOf, takeDeliveries } from './kernel/take-deliveries.ts';

const LOOK_AGAIN_FIRST_MS = 15_000;
const LOOK_AGAIN_MS = 30_000;

/** Whether what arrives is kept whoever has its definition: the actor is paused, or stalled by something else. */
export function keepsMail({ status, paused, stalled }: ActorRecord): boolean {
  return status === 'active' && isOnHold({ paused, stalled }) && !isDefinitionStall(stalled);
}

/** The leading deliveries that need no machine: whatever lets the actor go on needs it. */
export function holdable(deliveries: readonly Delivery[]): readonly Delivery[] {
  const end = deliveries.findIndex(({ envelope: { kind } }) => kind === 'resume' || kind === 'cancel');
  return end < 0 ? deliveries : deliveries.slice(0, end);
}

/**
 * Keeps deliveries, or ends the actor when one of them says so: for one that {@link keepsMail}, or that stalls now
 * because nobody has its definition, which `cause` says.
 */
export function holdEnvelopes(
  record: ActorRecord,
  args: { deliveries: readonly Delivery[]; nowMs: number; cause?: StallCause },
): StepOutcome {
  const { deliveries, cause } = args;
  const draft = bareDraftOf(record, stepTimeMs(record, args));
  const { control, nowMs } = draft;
  if (cause !== undefined) control.stalled = definitionStall(record.stalled, cause, nowMs);
  const taken = nothingTaken(record);
  const read = takeDeliveries(draft, taken, { record, deliveries });
  closeMail(draft, taken);
  settleAlarm(draft);
  if (cause !== undefined) lookAgain(draft, isDefinitionStall(record.stalled));
  const after = recordOf(draft, frameAfter(record, { ...read, ...rememberedOf(taken) }), record.state);
  return outcomeOf(draft, { record: after, before: record.state, taken });
}

/** The alarm is set again when it rang, when it would ring too late, and when there is none. */
function lookAgain(draft: Draft, isAgain: boolean): void {
  if (draft.state.status !== 'active') return;
  const dueAtMs = draft.nowMs + (isAgain ? LOOK_AGAIN_MS : LOOK_AGAIN_FIRST_MS);
  if (draft.armedAtMs !== undefined && draft.armedAtMs <= dueAtMs) return;
  draft.armedAtMs = dueAtMs;
  draft.state.effects.push({ kind: 'set-wake', dueAtMs });
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
  const taken = nothingTaken(record);
  if (refused !== undefined) {
    const { log, sequence, envelope } = refused;
    applied[log] = Math.max(applied[log], sequence);
    control.held = control.held.filter((kept) => kept.log !== log || kept.sequence !== sequence);
    taken.notes.refused.push({ ...refusedNote(envelope, 'stale'), reason: stall.code });
  }
  control.stalled = { ...stall, sinceMs: nowMs };
  const { heard, heardLives } = record;
  const read = {
    applied,
    ...(heard === undefined ? {} : { heard }),
    ...(heardLives === undefined ? {} : { heardLives }),
    ...rememberedOf(taken),
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
