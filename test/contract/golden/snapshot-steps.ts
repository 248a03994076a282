/** What may come next for a stored actor. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { ActorEvent, Envelope } from '#contracts/envelope.ts';
import type { Json, JsonObject } from '#contracts/json.ts';
import { DENIED } from '#test/unit/clouddriver/operation-world.ts';

export type SnapshotCase = {
  /** `<actor type>@<version>/<state>`. */
  name: string;
  reach: () => Promise<ActorRecord>;
  next: (record: ActorRecord) => Envelope[];
};

const envelopeTo = (record: ActorRecord, index = 0) => ({
  v: 1 as const,
  id: `next-${index}`,
  to: record.address,
});

export function events(...list: ActorEvent[]): SnapshotCase['next'] {
  return (record) => list.map((event, index) => ({ ...envelopeTo(record, index), kind: 'event', event }));
}

export const wake: SnapshotCase['next'] = (record) => [
  { ...envelopeTo(record), kind: 'wake', dueAtMs: record.wakeAtMs ?? record.updatedAtMs },
];

/** The one activity that runs ends. */
export function activityEnds(outcome: { output: Json } | 'denied'): SnapshotCase['next'] {
  return (record) =>
    Object.entries(record.activities).map(([childId, { birth, attempt }], index) => ({
      ...envelopeTo(record, index),
      kind: 'activity-result',
      childId,
      birth,
      attempt,
      outcome:
        outcome === 'denied' ? { status: 'failed', failure: DENIED } : { status: 'succeeded', ...outcome },
    }));
}

/** The child actors that run end. */
export function childrenEnd(output: JsonObject): SnapshotCase['next'] {
  return (record) =>
    Object.entries(record.children).flatMap(([childId, { address, finished }], index) =>
      address === undefined || finished === true
        ? []
        : [
            {
              ...envelopeTo(record, index),
              kind: 'event' as const,
              from: address,
              event: { type: `xstate.done.actor.${childId}`, actorId: childId, output },
            },
          ],
    );
}
