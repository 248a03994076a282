/**
 * The end of an actor whose address another one takes over.
 *
 * R1 The machine is not asked. Its children and activities stop with the commit that starts the new one.
 * R2 Births, generations and steps are counted on, so that whatever is on its way from the old actor's children,
 *    timers and activities stays fenced, and what the new one sends is newer than what the old one sent.
 */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Effect } from '../effects.ts';
import { actorFailed, failureAsJson } from './failure-of.ts';

/** What ends the actor of `record`, as effects of its successor's first step. */
export function replaced(record: ActorRecord): Effect[] {
  if (record.status !== 'active') return [];
  const children = Object.entries(record.children).flatMap(([childId, child]): Effect[] => {
    if (child.finished === true || child.closePolicy === 'abandon') return [];
    if (child.kind === 'actor') return child.address ? [{ kind: 'stop-actor', to: child.address }] : [];
    const queue = record.activities[childId]?.queue;
    return queue === undefined ? [] : [{ kind: 'cancel-activity', queue, childId, birth: child.birth }];
  });
  const { parent } = record;
  if (parent === undefined) return children;
  const error = failureAsJson(
    actorFailed('ACTOR_REPLACED', `${record.address} was replaced by a new actor of the same address.`),
  );
  const event = { type: `xstate.error.actor.${parent.childId}`, actorId: parent.childId, error };
  return [...children, { kind: 'send', to: parent.address, event }];
}
