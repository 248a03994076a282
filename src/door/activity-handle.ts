/** One attempt of an activity that ends outside of its worker: whoever has its token gives the result. */
import type { z } from 'zod';
import { decodeActivityToken } from '#contracts/activity-token.ts';
import { partsOf } from '#contracts/address.ts';
import type { Failure } from '#contracts/failure.ts';
import type { Json } from '#contracts/json.ts';
import type { DeclaredActivity } from '#define/activity.ts';
import { check } from '#define/contract.ts';
import {
  ActivityTokenError,
  completeActivity,
  failActivity,
  heartbeatActivity,
  type CompletionAnswer,
  type CompletionPorts,
} from '#runtime/activity-completion.ts';

/** Any activity that was declared by `activity(name, …)`. */
export type AnyActivity = { readonly windlass: DeclaredActivity['windlass'] };

type Result<A extends AnyActivity> = z.input<A['windlass']['output']>;

/** What a call that returns nothing leaves out. */
type Given<Value> = undefined extends Value ? [output?: Value] : [output: Value];

/**
 * The token counts for its own attempt, within `startToCloseMs` of the attempt's beginning. Each method resolves to
 * `taken` when the actor has committed it, to `stored` when nobody answered yet and it will be, and
 * @throws ActivityTokenError `ACTIVITY_TOKEN_STALE` when nobody waits for the attempt any more
 */
export class ActivityHandle<A extends AnyActivity> {
  readonly #ports: CompletionPorts;
  readonly #activity: A;
  readonly #token: string;

  constructor(ports: CompletionPorts, activity: A, token: string) {
    this.#ports = ports;
    this.#activity = activity;
    this.#token = token;
  }

  /** The activity succeeded. @throws ActivityTokenError `ACTIVITY_OUTPUT_INVALID`, `ACTIVITY_OUTPUT_TOO_LARGE` too */
  async complete(...[output]: Given<Result<A>>): Promise<CompletionAnswer> {
    const { name, output: schema } = this.#activity.windlass;
    const checked = check(schema, output);
    if ('problem' in checked) {
      throw new ActivityTokenError(
        'ACTIVITY_OUTPUT_INVALID',
        `The output is not what '${name}' declares: ${checked.problem}. Nothing was sent.`,
      );
    }
    return completeActivity(this.#ports, this.#token, checked.value as Json | undefined);
  }

  /** The attempt failed; the activity's policy decides whether another one follows. */
  async fail(failure: Failure): Promise<CompletionAnswer> {
    return failActivity(this.#ports, this.#token, failure);
  }

  /** The attempt goes on. Details are shown, and given to the next attempt. */
  async heartbeat(details?: Json): Promise<CompletionAnswer> {
    return heartbeatActivity(this.#ports, this.#token, details);
  }
}

/** @throws ActivityTokenError when the text is no token, or one of another service's actor */
export function assertTokenOf(service: string, token: string): void {
  const named = decodeActivityToken(token);
  // what is no token at all is said by whoever uses it
  const other = named === null ? service : partsOf(named.actor).service;
  if (other === service) return;
  throw new ActivityTokenError(
    'ACTIVITY_UNKNOWN_ACTOR',
    `The token is of an actor of the service '${other}', and this client talks to '${service}'. ` +
      `Use connect({ service: '${other}' }).`,
  );
}
