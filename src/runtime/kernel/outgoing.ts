/** Checks and effects for what leaves the actor. */
import type { ActorEvent } from '#contracts/envelope.ts';
import type { Json } from '#contracts/json.ts';
import { toJson } from './checked-codec.ts';
import type { Draft } from './draft.ts';

/** A value of this size or more makes the step measure the whole record. */
const BULKY_CHARS = 32 * 1024;
const TYPE_CHARS_MAX = 256;

/** Plain JSON, or undefined. @throws NotJsonError */
export function outgoingJson(draft: Draft, value: unknown, path: string): Json | undefined {
  const { json, sizeChars } = toJson(value, path);
  if (sizeChars >= BULKY_CHARS) draft.state.bulky = true;
  return json;
}

/** An event as JSON. @throws Error when it is not an object with a type */
export function outgoingEvent(draft: Draft, value: unknown): ActorEvent {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (typeof type !== 'string' || type === '' || type.length > TYPE_CHARS_MAX) {
    throw new Error(
      `An event needs a type of 1 to ${TYPE_CHARS_MAX} characters, this one has ${JSON.stringify(type)}. Write { type: '…' }.`,
    );
  }
  if (type.startsWith('windlass.')) {
    throw new Error(
      `'${type}' cannot be sent: events that begin with 'windlass.' are the runtime's own. Use another type; ` +
        `to end a child, stop it and declare what that means by onParentClose.`,
    );
  }
  return outgoingJson(draft, value, `event '${type}'`) as ActorEvent;
}

/** For the log, which must never stop an actor: what is not JSON is bent into it. */
export function loggable(value: unknown): Json {
  try {
    return (JSON.parse(JSON.stringify(value) ?? 'null') as Json) ?? null;
  } catch {
    return String(value);
  }
}
