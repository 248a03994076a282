/**
 * An actor that nobody can run keeps its data and what arrives for it, and looks again by itself.
 *
 * D1 Nothing of its state changes: only the mark, what is held, the watermarks and the alarm.
 * D2 What is held is applied in the order of arrival when it goes on, before anything that arrives later.
 * D3 It looks again with each envelope, and by its own alarm at least every 30 s.
 */
import type { ActorRecord, HeldEnvelope, Stall } from '#contracts/actor-record.ts';
import type { Effect } from './effects.ts';
import { HELD_CHARS_MAX, HELD_ENVELOPES_MAX } from './kernel/actor-control.ts';
import { hear, type Heard } from './kernel/heard.ts';
import type { Delivery, StepOutcome } from './kernel/kernel.ts';
import { stepNote } from './kernel/note-step.ts';

export type StallCode = 'DEFINITION_MISSING' | 'DEFINITION_CHANGED' | 'MIGRATION_FAILED' | 'STEP_TOO_LARGE';

/** Why nobody can run it, and what a person can do. */
export type StallCause = { code: StallCode; reason: string; remedy: string };

const CODES: ReadonlySet<string> = new Set<StallCode>([
  'DEFINITION_MISSING',
  'DEFINITION_CHANGED',
  'MIGRATION_FAILED',
  'STEP_TOO_LARGE',
]);
const LOOK_AGAIN_FIRST_MS = 15_000;
const LOOK_AGAIN_MS = 30_000;
const TEXT_CHARS_MAX = 4_096;

/** Whether it stands still because of its definition, and may go on as soon as someone has it. */
export function isDefinitionStall(stall: Stall | undefined): boolean {
  return stall !== undefined && CODES.has(stall.code);
}

/** The record without the mark of a missing definition: what it holds is applied first. Another stall, or a pause, stays. */
export function withoutStall(record: ActorRecord): ActorRecord {
  const { stalled, ...rest } = record;
  return stalled === undefined || isDefinitionStall(stalled) ? rest : { ...rest, stalled };
}

/**
 * The actor marked as stalled, holding as many of the deliveries as it has room for: `taken` of them, the first ones.
 */
export function stallOutcome(
  record: ActorRecord,
  { cause, deliveries, nowMs }: { cause: StallCause; deliveries: readonly Delivery[]; nowMs: number },
): { outcome: StepOutcome; taken: number } {
  const atMs = Math.max(nowMs, record.updatedAtMs);
  const { held, taken, heard } = holdAll(record, deliveries);
  const applied = { ...record.applied };
  for (const { log, sequence } of deliveries.slice(0, taken)) applied[log] = Math.max(applied[log], sequence);
  const again = isDefinitionStall(record.stalled);
  const alarm = alarmOf(record, { deliveries: deliveries.slice(0, taken), atMs, again });
  const { held: _held, ...rest } = record;
  const stalled: Stall = {
    code: cause.code,
    reason: cause.reason.slice(0, TEXT_CHARS_MAX),
    remedy: cause.remedy.slice(0, TEXT_CHARS_MAX),
    sinceMs: again ? (record.stalled?.sinceMs ?? atMs) : atMs,
  };
  const next: ActorRecord = {
    ...rest,
    stalled,
    ...(held.length === 0 ? {} : { held: [...held] }),
    ...(Object.keys(heard).length === 0 ? {} : { heard }),
    applied,
    step: record.step + 1,
    wakeAtMs: alarm.dueAtMs,
    updatedAtMs: atMs,
  };
  const { effects } = alarm;
  const note = stepNote({ record: next, before: record.state, effects, applied: [], refused: [] });
  return { taken, outcome: { record: next, effects, refusals: [], note } };
}

/** The alarm is set again when it rang, when it would ring too late, and when there is none. */
function alarmOf(
  record: ActorRecord,
  { deliveries, atMs, again }: { deliveries: readonly Delivery[]; atMs: number; again: boolean },
): { dueAtMs: number; effects: readonly Effect[] } {
  const { wakeAtMs } = record;
  const dueAtMs = atMs + (again ? LOOK_AGAIN_MS : LOOK_AGAIN_FIRST_MS);
  const rang = deliveries.some(({ envelope }) => envelope.kind === 'wake' && envelope.dueAtMs === wakeAtMs);
  if (wakeAtMs !== undefined && !rang && wakeAtMs <= dueAtMs) return { dueAtMs: wakeAtMs, effects: [] };
  return { dueAtMs, effects: [{ kind: 'set-wake', dueAtMs }] };
}

/** An alarm and a `resume` only make it look again: there is nothing in them to hold. */
function holdAll(
  record: ActorRecord,
  deliveries: readonly Delivery[],
): { held: readonly HeldEnvelope[]; taken: number; heard: Heard } {
  const held = [...(record.held ?? [])];
  let heard: Heard = record.heard ?? {};
  let sizeChars = held.reduce((sum, one) => sum + JSON.stringify(one).length, 0);
  let taken = 0;
  for (const delivery of deliveries) {
    const { envelope, log, sequence } = delivery;
    const heardNow = hear(heard, delivery);
    if (heardNow !== null && envelope.kind !== 'wake' && envelope.kind !== 'resume') {
      sizeChars += JSON.stringify(envelope).length;
      if (held.length >= HELD_ENVELOPES_MAX || sizeChars > HELD_CHARS_MAX) break;
      held.push({ log, sequence, envelope });
    }
    heard = heardNow ?? heard;
    taken += 1;
  }
  return { held, taken, heard };
}
