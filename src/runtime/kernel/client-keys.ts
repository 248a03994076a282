/**
 * Keys by which clients make their events count once: the record remembers those that were applied, long after the
 * bus has forgotten the ids of its messages. Only the most recent ones: a client tries again soon, or not at all.
 */
import type { Envelope } from '#contracts/envelope.ts';

const KEYS_MAX = 128;

/** Whether an event with this key was applied before. */
export function isKnownKey(keys: readonly string[], envelope: Envelope): boolean {
  return envelope.kind === 'event' && envelope.key !== undefined && keys.includes(envelope.key);
}

/** The keys, with that of an envelope that was applied. */
export function withKeyOf(keys: readonly string[], envelope: Envelope): readonly string[] {
  if (envelope.kind !== 'event' || envelope.key === undefined) return keys;
  return [...keys.slice(-(KEYS_MAX - 1)), envelope.key];
}
