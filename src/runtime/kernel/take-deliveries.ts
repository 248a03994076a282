/** The envelopes of a step, one after the other: applied, refused, kept for later, or handed back. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { AppliedNote, RefusedNote } from '#contracts/step-note.ts';
import { isDefinitionStall } from '../definition-stall.ts';
import { hold, isOnHold } from './actor-control.ts';
import { knownAs, withDecided, type Asked } from './asked.ts';
import { isKnownKey, withKeyOf } from './client-keys.ts';
import { deliver } from './deliver.ts';
import type { Draft } from './draft.ts';
import { hear, type Heard } from './heard.ts';
import type { Delivery, Refusal, Settled } from './kernel.ts';
import { appliedNote, refusedNote } from './note-step.ts';

export type Taken = {
  refusals: Refusal[];
  /** Envelopes that are kept for later. */
  held: string[];
  /** No room to keep them. */
  overflow: Delivery[];
  /** Kept earlier, and decided now. */
  settled: Settled[];
  /** Types of events without an envelope of their own that no state took. */
  unhandled: string[];
  notes: { applied: AppliedNote[]; refused: RefusedNote[] };
  /** Keys of clients' events that are applied. */
  keys: readonly string[];
  /** Direct asks that are decided, by client. */
  asked: Asked;
};

export function nothingTaken({ keys = [], asked = {} }: Pick<ActorRecord, 'keys' | 'asked'> = {}): Taken {
  const notes = { applied: [], refused: [] };
  return { refusals: [], held: [], overflow: [], settled: [], unhandled: [], notes, keys, asked };
}

/** What the record remembers of clients after the step. */
export function rememberedOf({ keys, asked }: Taken): { keys: readonly string[]; asked: Asked } {
  return { keys, asked };
}

/** What becomes of an event that a client says again: it was decided before. */
function fateOfRepeated({ keys, asked }: Taken, envelope: Envelope): 'repeated' | 'unhandled' | undefined {
  const known = knownAs(asked, envelope);
  if (known === 'refused') return 'unhandled';
  return known === 'applied' || isKnownKey(keys, envelope) ? 'repeated' : undefined;
}

/** Takes deliveries that are not applied yet; the watermarks and what is heard then. */
export function takeDeliveries(
  draft: Draft,
  taken: Taken,
  { record, deliveries }: { record: ActorRecord; deliveries: readonly Delivery[] },
): Pick<ActorRecord, 'applied' | 'heard' | 'heardLives'> {
  const applied = { ...record.applied };
  let heard: Heard = record;
  for (const delivery of deliveries) {
    const { envelope } = delivery;
    if (!isNew(delivery, applied)) continue;
    if (delivery.direct !== true) applied[delivery.log] = delivery.sequence;
    const heardNow = hear(heard, delivery);
    heard = heardNow ?? heard;
    const again = heardNow === null ? 'repeated' : fateOfRepeated(taken, envelope);
    const fate = again ?? takeOne(draft, delivery);
    if (fate === 'held') taken.held.push(envelope.id);
    else if (fate === 'overflow') taken.overflow.push(delivery);
    else {
      if (fate !== undefined) taken.refusals.push({ envelopeId: envelope.id, reason: fate });
      noteFate(draft, taken, { delivery, reason: fate });
    }
  }
  const { heard: numbers, heardLives } = heard;
  return { applied, ...(numbers && { heard: numbers }), ...(heardLives && { heardLives }) };
}

/** Whether a delivery is above the watermark of its log; one that was handed over has no place in a log. */
export function isNew(delivery: Delivery, applied: ActorRecord['applied']): boolean {
  return delivery.direct === true || delivery.sequence > applied[delivery.log];
}

type Fate = Refusal['reason'] | 'held' | 'overflow' | undefined;

function takeOne(draft: Draft, delivery: Delivery): Fate {
  const { state, control } = draft;
  const { envelope } = delivery;
  const keepsMail = state.status === 'active' && (isOnHold(control) || control.held.length > 0);
  if (!keepsMail) return deliver(draft, envelope);
  switch (envelope.kind) {
    case 'wake':
      if (draft.armedAtMs === envelope.dueAtMs) draft.armedAtMs = undefined;
      return undefined;
    case 'cancel':
    case 'resume':
      if (!isDefinitionStall(control.stalled)) return deliver(draft, envelope);
      // nobody has the machine: a cancel is given to it when somebody has, and neither waits for a pause to end
      control.paused = undefined;
      return envelope.kind === 'cancel' ? keep(draft, delivery) : undefined;
    case 'start':
    case 'stop':
    case 'terminate':
    case 'pause':
      return deliver(draft, envelope);
    default:
      return keep(draft, delivery);
  }
}

function keep({ control }: Draft, delivery: Delivery): Fate {
  // it has no place in a log by which it could be told from others: it comes again by the ingress
  if (delivery.direct === true) return 'overflow';
  return hold(control, delivery) ? 'held' : 'overflow';
}

/** Applies mail that was kept, oldest first: at most `countMax`, but all of it when the actor has ended. */
export function drain(draft: Draft, taken: Taken, countMax: number): void {
  const { control } = draft;
  for (let count = 0; count < countMax || draft.state.status !== 'active'; count += 1) {
    if (isOnHold(control)) return;
    const kept = control.held.shift();
    if (kept === undefined) return;
    control.heldChars = undefined;
    const reason = fateOfRepeated(taken, kept.envelope) ?? deliver(draft, kept.envelope);
    taken.settled.push({ envelope: kept.envelope, ...(reason === undefined ? {} : { reason }) });
    noteFate(draft, taken, { delivery: kept, reason });
  }
}

/** What an actor kept whose address another one takes over: it has ended. */
export function refuseMail(taken: Taken, { held = [] }: Pick<ActorRecord, 'held'>): void {
  for (const { envelope } of held) {
    taken.settled.push({ envelope, reason: 'not-active' });
    taken.notes.refused.push(refusedNote(envelope, 'not-active'));
  }
}

/** The actor has ended: what was kept is refused, and nothing holds it any more. */
export function closeMail(draft: Draft, taken: Taken): void {
  if (draft.state.status === 'active') return;
  draft.control.paused = undefined;
  draft.control.stalled = undefined;
  drain(draft, taken, 0);
}

function noteFate(
  draft: Draft,
  taken: Taken,
  { delivery, reason }: { delivery: Delivery; reason: Refusal['reason'] | undefined },
): void {
  const { notes } = taken;
  const { envelope, direct } = delivery;
  // a direct one that is refused changed nothing: should its answer be lost, it is decided anew
  const isFinal = reason === undefined || direct !== true;
  const isRefused = reason !== undefined && reason !== 'repeated';
  if (isFinal) taken.asked = withDecided(taken.asked, envelope, { isRefused, nowMs: draft.nowMs });
  if (reason === undefined) {
    taken.keys = withKeyOf(taken.keys, envelope);
    notes.applied.push(appliedNote(envelope));
  } else notes.refused.push(refusedNote(envelope, reason));
  tellUnheard(draft, taken, envelope.id);
}

/** Events without an envelope of their own are told under the one that led to them. */
export function tellUnheard(draft: Draft, { notes, unhandled }: Taken, id: string): void {
  for (const type of draft.unheard.splice(0)) {
    unhandled.push(type);
    notes.refused.push({ id, type, reason: 'unhandled' });
  }
}
