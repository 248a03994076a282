/** Events that no state took: counted in the record, shown in the view, told to whoever listens; never silent. */
import type { Draft } from './draft.ts';

/** An event that came in an envelope: its refusal tells of it. */
export function countUnhandled(draft: Draft, type: string): void {
  const { control, nowMs } = draft;
  control.unhandled = { count: (control.unhandled?.count ?? 0) + 1, lastType: type, lastAtMs: nowMs };
}

/** An event without an envelope of its own: a timer's, one that the actor raised or sent itself, one for a child that has gone. */
export function noteUnheard(draft: Draft, type: string): void {
  countUnhandled(draft, type);
  draft.unheard.push(type);
}
