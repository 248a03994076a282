/** The end of a step: the alarm, the size limit, the record. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { controlFields, isOnHold } from './actor-control.ts';
import { activityDueAtMs } from './activity-due.ts';
import type { Draft } from './draft.ts';
import { historyOf } from './live-snapshot.ts';

/** A larger record is refused: 512 Ki characters of JSON. */
export const RECORD_CHARS_MAX = 512 * 1024;

/** A larger one is told to listeners: each step stores it whole. */
export const RECORD_CHARS_SOFT_MAX = 128 * 1024;

const SMALL_CONTEXT_CHARS = 64 * 1024;
const FEW_ENTRIES = 8;

/** What of a record does not come from the draft. */
export type RecordFrame = Pick<
  ActorRecord,
  'step' | 'applied' | 'heard' | 'heardLives' | 'startedAtMs' | 'definition' | 'startedBy' | 'life' | 'asked'
> & { keys?: readonly string[] };

/**
 * Sets, moves or removes the one alarm. An alarm that is armed for earlier than needed stays: it rings for
 * nothing and is set again then, which is cheaper than moving it in each step.
 */
export function settleAlarm(draft: Draft): void {
  const { control } = draft;
  const { timers, activities, effects, status } = draft.state;
  // one that is armed may ring: nothing fires, and it is set again when the actor goes on
  if (status === 'active' && isOnHold(control)) return;
  const dueAtMs = Math.min(
    // the owner goes on by itself; should it die, the alarm tells the next one that there is something to do
    control.held.length > 0 ? draft.nowMs : Infinity,
    ...[...timers.values()].map((timer) => timer.dueAtMs),
    ...[...activities.values()].map(activityDueAtMs),
  );
  if (dueAtMs === Infinity) {
    if (draft.armedAtMs !== undefined) effects.push({ kind: 'clear-wake' });
    draft.armedAtMs = undefined;
  } else if (draft.armedAtMs === undefined || dueAtMs < draft.armedAtMs) {
    effects.push({ kind: 'set-wake', dueAtMs });
    draft.armedAtMs = dueAtMs;
  }
}

/** The record that the draft has become. */
export function recordOf(
  draft: Draft,
  frame: RecordFrame,
  before: ActorRecord['state'] | undefined,
): ActorRecord {
  const { state } = draft;
  const snapshot: typeof state.snapshot | undefined = state.snapshot;
  return {
    v: 1,
    address: draft.address,
    ...(draft.parent === undefined ? {} : { parent: draft.parent }),
    definition: frame.definition,
    status: state.status,
    state: {
      value: snapshot === undefined ? (before?.value ?? {}) : snapshot.value,
      context: state.context,
      history: snapshot === undefined ? (before?.history ?? {}) : historyOf(snapshot),
      ...(state.output === undefined ? {} : { output: state.output }),
      ...(state.error === undefined ? {} : { error: state.error }),
    },
    children: Object.fromEntries(state.children),
    timers: Object.fromEntries(state.timers),
    activities: Object.fromEntries(state.activities),
    ...(state.systemIds.size === 0 ? {} : { systemIds: Object.fromEntries(state.systemIds) }),
    step: frame.step,
    sequence: draft.sequence,
    applied: frame.applied,
    ...(frame.heard === undefined ? {} : { heard: frame.heard }),
    ...(frame.heardLives === undefined ? {} : { heardLives: frame.heardLives }),
    ...(frame.keys === undefined || frame.keys.length === 0 ? {} : { keys: [...frame.keys] }),
    ...(frame.asked === undefined || Object.keys(frame.asked).length === 0 ? {} : { asked: frame.asked }),
    ...(frame.startedBy === undefined ? {} : { startedBy: frame.startedBy }),
    ...(draft.armedAtMs === undefined ? {} : { wakeAtMs: draft.armedAtMs }),
    ...controlFields(draft.control),
    ...(frame.life === undefined ? {} : { life: frame.life }),
    startedAtMs: frame.startedAtMs,
    updatedAtMs: draft.nowMs,
  };
}

/**
 * Characters of the record as JSON, without the mail it keeps, which has a bound of its own. Measured only when it could
 * matter: small parts cannot add up to it.
 */
export function sizeOf(draft: Draft, record: ActorRecord): number | undefined {
  const { contextSizeChars, bulky, timers, activities, children } = draft.state;
  const entries = timers.size + activities.size + children.size;
  const surelySmall = contextSizeChars <= SMALL_CONTEXT_CHARS && !bulky && entries <= FEW_ENTRIES;
  if (surelySmall) return undefined;
  const { held: _held, ...measured } = record;
  return JSON.stringify(measured).length;
}

/** Whether the record is over the limit. */
export function isTooLarge(draft: Draft, record: ActorRecord): boolean {
  return (sizeOf(draft, record) ?? 0) > RECORD_CHARS_MAX;
}
