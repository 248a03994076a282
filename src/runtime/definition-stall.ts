/**
 * An actor that nobody can run keeps its data and what arrives for it, and looks again by itself.
 *
 * D1 Nothing of its state changes: only the mark, what is held, the watermarks and the alarm.
 * D2 What is held is applied in the order of arrival when it goes on, in the same step as what made it go on.
 * D3 It looks again with each envelope, and by its own alarm at least every 30 s.
 */
import type { ActorRecord, HeldEnvelope, Stall } from '#contracts/actor-record.ts';
import type { Effect } from './effects.ts';
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
const HELD_MAX = 1_000;
const HELD_CHARS_MAX = 256 * 1024;
const TEXT_CHARS_MAX = 4_096;

/** Whether it stands still because of its definition, and may go on as soon as someone has it. */
export function isDefinitionStall(stall: Stall | undefined): boolean {
  return stall !== undefined && CODES.has(stall.code);
}

/** It stood still for want of a definition, or was moved just now: what it holds comes first. */
export function goesOn({ stalled, held, paused }: ActorRecord): boolean {
  if (isDefinitionStall(stalled)) return true;
  return held !== undefined && stalled === undefined && paused === undefined;
}

/** The record without the mark and without what it holds; another kind of stall stays. */
export function withoutStall(record: ActorRecord): ActorRecord {
  const { held: _held, stalled, ...rest } = record;
  return stalled === undefined || isDefinitionStall(stalled) ? rest : { ...rest, stalled };
}

/**
 * The record as it was before it stalled, with all that arrived since and now. Its watermarks are those from before
 * what is held, so that a step applies it.
 */
export function readyToGoOn(
  record: ActorRecord,
  deliveries: readonly Delivery[],
): { record: ActorRecord; deliveries: readonly Delivery[] } {
  const { held = [] } = record;
  const applied = { ...record.applied };
  for (const { log, sequence } of held) applied[log] = Math.min(applied[log], sequence - 1);
  return { record: { ...withoutStall(record), applied }, deliveries: [...held, ...deliveries] };
}

/**
 * The actor marked as stalled, holding as many of the deliveries as it has room for: `taken` of them, the first ones.
 */
export function stallOutcome(
  record: ActorRecord,
  { cause, deliveries, nowMs }: { cause: StallCause; deliveries: readonly Delivery[]; nowMs: number },
): { outcome: StepOutcome; taken: number } {
  const atMs = Math.max(nowMs, record.updatedAtMs);
  const { held, taken } = holdAll(record.held ?? [], deliveries);
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
  before: readonly HeldEnvelope[],
  deliveries: readonly Delivery[],
): { held: readonly HeldEnvelope[]; taken: number } {
  const held = [...before];
  let sizeChars = held.reduce((sum, one) => sum + JSON.stringify(one).length, 0);
  let taken = 0;
  for (const { envelope, log, sequence } of deliveries) {
    if (envelope.kind !== 'wake' && envelope.kind !== 'resume') {
      sizeChars += JSON.stringify(envelope).length;
      if (held.length >= HELD_MAX || sizeChars > HELD_CHARS_MAX) break;
      held.push({ log, sequence, envelope });
    }
    taken += 1;
  }
  return { held, taken };
}
