/** Tags on everything Windlass makes: who made it and what for. */
import { RESOURCE_TAGS, type Ownership } from '#contracts/operations/cloud-activity.contract.ts';
import { fitted } from '#machines/clouddriver/token.ts';

type Tag = { Key?: string | undefined; Value?: string | undefined };
type FullTag = { Key: string; Value: string };

/** AWS allows no longer values. */
const TAG_VALUE_LENGTH_MAX = 256;

export function ownershipTags(owner: Ownership): FullTag[] {
  return [
    { Key: RESOURCE_TAGS.operation, Value: fitted(owner.operation, TAG_VALUE_LENGTH_MAX) },
    { Key: RESOURCE_TAGS.application, Value: owner.application },
    { Key: RESOURCE_TAGS.cluster, Value: owner.cluster },
    { Key: RESOURCE_TAGS.execution, Value: fitted(owner.executionId, TAG_VALUE_LENGTH_MAX) },
    { Key: RESOURCE_TAGS.user, Value: fitted(owner.user, TAG_VALUE_LENGTH_MAX) },
  ];
}

/** Tags of the request; ours are never overwritten by them. */
export function userTags(tags: Readonly<Record<string, string>> | undefined): FullTag[] {
  const own = new Set<string>(Object.values(RESOURCE_TAGS));
  return Object.entries(tags ?? {})
    .filter(([key]) => !own.has(key) && !key.startsWith('aws:'))
    .map(([Key, Value]) => ({ Key, Value }));
}

/** The operation that made a resource, as its tag says. */
export function operationOf(tags: readonly Tag[] | undefined): string | undefined {
  return tags?.find(({ Key }) => Key === RESOURCE_TAGS.operation)?.Value;
}

/** Whether a resource was made by this operation. */
export function isMadeBy(tags: readonly Tag[] | undefined, operation: string): boolean {
  return operationOf(tags) === fitted(operation, TAG_VALUE_LENGTH_MAX);
}
