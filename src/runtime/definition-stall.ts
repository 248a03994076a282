/** The mark of an actor that nobody can run, because nobody has its definition. It goes when somebody has. */
import type { ActorRecord, Stall } from '#contracts/actor-record.ts';

export type StallCode = 'DEFINITION_MISSING' | 'DEFINITION_CHANGED' | 'MIGRATION_FAILED' | 'STEP_TOO_LARGE';

/** Why nobody can run it, and what a person can do. */
export type StallCause = { code: StallCode; reason: string; remedy: string };

const CODES: ReadonlySet<string> = new Set<StallCode>([
  'DEFINITION_MISSING',
  'DEFINITION_CHANGED',
  'MIGRATION_FAILED',
  'STEP_TOO_LARGE',
]);
const TEXT_CHARS_MAX = 4_096;

/** Whether it stands still because of its definition, and may go on as soon as someone has it. */
export function isDefinitionStall(stall: Stall | undefined): boolean {
  return stall !== undefined && CODES.has(stall.code);
}

/** The record without the mark of a missing definition: what it holds is applied first. Another stall, or a pause, stays. */
export function withoutStall(record: ActorRecord): ActorRecord {
  if (!isDefinitionStall(record.stalled)) return record;
  const { stalled: _stalled, ...rest } = record;
  return rest;
}

/** The mark, counted from when the actor first stood still because of its definition. */
export function definitionStall(before: Stall | undefined, cause: StallCause, nowMs: number): Stall {
  return {
    code: cause.code,
    reason: cause.reason.slice(0, TEXT_CHARS_MAX),
    remedy: cause.remedy.slice(0, TEXT_CHARS_MAX),
    sinceMs: isDefinitionStall(before) ? (before?.sinceMs ?? nowMs) : nowMs,
  };
}
