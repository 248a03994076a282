/**
 * The end of an actor whose address another one takes over.
 *
 * R1 The machine is not asked. Its activities stop with the commit that starts the new one, and its children go as their
 *    close policy says. What it kept while it was on hold is refused, as at any other end.
 * R2 Births, generations and steps are counted on, so that whatever is on its way from the old actor's children,
 *    timers and activities stays fenced, and what the new one sends is newer than what the old one sent.
 */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Effect } from '../effects.ts';
import { stopAllChildren } from './children.ts';
import { bareDraftOf } from './draft.ts';
import { actorFailed, failureAsJson } from './failure-of.ts';

/** What ends the actor of `record`, as effects of its successor's first step. */
export function replaced(record: ActorRecord): Effect[] {
  if (record.status !== 'active') return [];
  const draft = bareDraftOf(record, record.updatedAtMs);
  stopAllChildren(draft);
  const children = draft.state.effects;
  const { parent } = record;
  if (parent === undefined) return children;
  const error = failureAsJson(
    actorFailed('ACTOR_REPLACED', `${record.address} was replaced by a new actor of the same address.`),
  );
  const event = { type: `xstate.error.actor.${parent.childId}`, actorId: parent.childId, error };
  return [...children, { kind: 'send', to: parent.address, event }];
}
