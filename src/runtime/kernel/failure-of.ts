/** Turns whatever ended an actor into a Failure: data that a parent, a view and a person can read. */
import { Failure } from '#contracts/failure.ts';
import type { Json } from '#contracts/json.ts';

const MESSAGE_CHARS_MAX = 4096;

/** Keeps a Failure as it is (an activity's, say, that no `onError` took); anything thrown becomes `ACTOR_FAILED`. */
export function failureOf(error: unknown): Failure {
  const known = Failure.safeParse(error);
  if (known.success) return known.data;
  const text = error instanceof Error ? error.message : String(error);
  return actorFailed('ACTOR_FAILED', text);
}

export function actorFailed(code: string, message: string): Failure {
  return { code, message: message.slice(0, MESSAGE_CHARS_MAX), kind: 'terminal' };
}

/** A failure as part of an event or of another failure's details. */
export function failureAsJson(failure: Failure): Json {
  return JSON.parse(JSON.stringify(failure)) as Json;
}
