/**
 * Which server groups of a cluster a cluster-wide stage works on. The rules are Orca's own
 * (AbstractClusterWideClouddriverTask, ShrinkClusterTask, DisableClusterTask, ScaleDownClusterTask), per region.
 */
import type { ServerGroup } from '#contracts/server-group.ts';

/** Takes traffic, or still has an instance that does. */
export function isActive(serverGroup: ServerGroup): boolean {
  return !serverGroup.disabled || serverGroup.instances.some(({ health }) => health === 'up');
}

/** `account:region:name`, as ancestors report what they created. */
export function serverGroupKey(serverGroup: ServerGroup): string {
  return `${serverGroup.account}:${serverGroup.region}:${serverGroup.name}`;
}

/** Leaves out what ancestors created, and everything newer than the oldest of that. */
export function withoutDeployed(
  serverGroups: readonly ServerGroup[],
  deployedKeys: readonly string[],
): ServerGroup[] {
  const deployed = serverGroups.filter((group) => deployedKeys.includes(serverGroupKey(group)));
  const oldestMs = Math.min(...deployed.map(({ createdAtMs }) => createdAtMs));
  return serverGroups.filter((group) => !deployed.includes(group) && !(group.createdAtMs > oldestMs));
}

type Order = (left: ServerGroup, right: ServerGroup) => number;

const activeFirst: Order = (left, right) => Number(isActive(right)) - Number(isActive(left));
const largestFirst: Order = (left, right) => right.instances.length - left.instances.length;
const newestFirst: Order = (left, right) => right.createdAtMs - left.createdAtMs;

/** Sorts by the first order that tells two apart: what is to be kept comes first. */
function prioritized(serverGroups: readonly ServerGroup[], orders: readonly Order[]): ServerGroup[] {
  return serverGroups.toSorted((left, right) => {
    for (const order of orders) {
      const sign = order(left, right);
      if (sign !== 0) return sign;
    }
    return 0;
  });
}

export type Selection = {
  /** How many server groups of the region stay as they are. */
  keep: number;
  /** Whether active ones may be chosen. */
  allowActive: boolean;
  /** Prefer to keep larger ones over newer ones. */
  preferLarger: boolean;
};

/** Of one region: those to destroy, or to scale down to nothing. */
export function selectToShrink(
  all: readonly ServerGroup[],
  deployedKeys: readonly string[],
  selection: Selection,
): ServerGroup[] {
  const older = withoutDeployed(all, deployedKeys);
  const candidates = selection.allowActive ? older : older.filter((group) => !isActive(group));
  const orders = [
    ...(selection.allowActive ? [activeFirst] : []),
    ...(selection.preferLarger ? [largestFirst] : []),
    newestFirst,
  ];
  const kept = Math.max(0, selection.keep - (all.length - candidates.length));
  return prioritized(candidates, orders).slice(kept);
}

/** Of one region: those to disable. */
export function selectToDisable(
  all: readonly ServerGroup[],
  deployedKeys: readonly string[],
  selection: Omit<Selection, 'allowActive'>,
): ServerGroup[] {
  const older = withoutDeployed(all, deployedKeys);
  const kept = Math.max(0, selection.keep - (all.length - older.length));
  const order = selection.preferLarger ? largestFirst : newestFirst;
  return prioritized(older.filter(isActive), [order]).slice(kept);
}

/** Newest first; of equal age the name decides, so that every replica chooses alike. */
export function byAge(serverGroups: readonly ServerGroup[]): ServerGroup[] {
  return serverGroups.toSorted(
    (left, right) => newestFirst(left, right) || right.name.localeCompare(left.name, 'en'),
  );
}
