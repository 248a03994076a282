/** I9: what lives in the cloud is what operations say they made: no orphans, no phantoms. */
import { OperationResult } from '#contracts/operation.ts';
import { partsOf } from '#contracts/address.ts';
import type { ResourceLife } from '#services/aws-double/journal/ledger.ts';
import { operationOf } from './i01-one-effect.ts';
import type { Evidence, Invariant } from './evidence.ts';

export const noOrphans: Invariant = {
  id: 'I9',
  title: 'the resources of the cloud are those that operations claim',
  check: (evidence) => [...orphans(evidence), ...phantoms(evidence)],
};

function orphans({ cloud, records }: Evidence): string[] {
  const living = cloud.lives.filter((life) => life.endedAtMs === undefined && life.createdBy !== 'seed');
  const groups = cloud.lives.filter(
    (life) => life.kind === 'autoScalingGroup' && life.endedAtMs === undefined,
  );
  const names = new Set(groups.map(({ id }) => id));
  const templates = new Set(groups.map(({ last }) => templateOf(last)));
  return living.flatMap((life) => {
    const what = `${life.kind} ${life.name ?? life.id}`;
    if (life.kind === 'launchTemplate' && !templates.has(life.id)) return [`${what} belongs to no group`];
    if (life.kind === 'instance' && !isOf(life, names)) return [`${what} belongs to no group`];
    if (life.kind !== 'autoScalingGroup') return [];
    const operation = operationOf(life);
    return operation !== undefined && records.has(operation as never)
      ? []
      : [`${what} belongs to no operation`];
  });
}

function templateOf(group: ResourceLife['last']): unknown {
  return 'launchTemplate' in group ? (group.launchTemplate as { id?: unknown } | undefined)?.id : undefined;
}

function isOf({ last }: ResourceLife, groups: ReadonlySet<string>): boolean {
  return !('groupName' in last) || typeof last.groupName !== 'string' || groups.has(last.groupName);
}

/** What an operation says it made was made. */
function phantoms({ records, cloud }: Evidence): string[] {
  if (cloud.lives.length === 0) return [];
  return [...records].flatMap(([address, record]) => {
    if (!['createServerGroup', 'cloneServerGroup'].includes(partsOf(address).type)) return [];
    const result = OperationResult.safeParse(record.state.output);
    if (!result.success || result.data.status !== 'succeeded') return [];
    const made = cloud.lives.some(
      (life) => life.kind === 'autoScalingGroup' && operationOf(life) === String(address),
    );
    return made ? [] : [`${address} says it made a group that never was`];
  });
}
