/** Gives the new server group the source's minimum back, after a deployment that copied the source's capacity. */
import { Capacity } from '#contracts/server-group.ts';
import { clusterOf, describeCluster, describedServerGroups, operationOn } from '../server-group-targets.ts';
import { accountOf, awaitServerGroup, targetsInGroups, type Target } from '../server-group-targets.ts';
import { objectOf, type StageContext } from '../stage-context.ts';
import type { StageType } from '../stage-type.ts';
import { parseClusterName } from '../cluster-name.ts';

/** The server groups that the nearest ancestor deployed, when it took a snapshot of its source's capacity. */
function targetsOf(context: StageContext): Target[] {
  if (!Capacity.safeParse(context.get('sourceServerGroupCapacitySnapshot')).success) return [];
  return targetsInGroups(accountOf(context), context.get('deploy.server.groups'));
}

function keptCapacity(context: StageContext, target: Target): Capacity | undefined {
  const kept = objectOf(context.own['restoredCapacities'])?.[target.name];
  const parsed = Capacity.safeParse(kept);
  return parsed.success ? parsed.data : undefined;
}

export const applySourceServerGroupCapacityStage: StageType = {
  type: 'applySourceServerGroupCapacity',
  tasks: () => [
    {
      name: 'restoreMinCapacity',
      kind: 'operations',
      operations: (context) =>
        targetsOf(context).map(({ name, region }) =>
          describeCluster(context, {
            cluster: parseClusterName(name).cluster || clusterOf(context),
            regions: [region],
          }),
        ),
      onSuccess: (context, results) => {
        const snapshot = Capacity.safeParse(context.get('sourceServerGroupCapacitySnapshot'));
        if (!snapshot.success) return { status: 'SUCCEEDED' };
        const found = describedServerGroups(results);
        const restored = targetsOf(context).flatMap(({ name, region }) => {
          const group = found.find((candidate) => candidate.name === name && candidate.region === region);
          if (group === undefined) return [];
          return [
            [name, { ...group.capacity, min: Math.min(snapshot.data.min, group.capacity.min) }] as const,
          ];
        });
        return { status: 'SUCCEEDED', context: { restoredCapacities: Object.fromEntries(restored) } };
      },
    },
    {
      name: 'monitorRestoreMinCapacity',
      kind: 'operations',
      operations: (context) =>
        targetsOf(context).flatMap((target) => {
          const capacity = keptCapacity(context, target);
          return capacity ? [operationOn('resizeServerGroup', { context, target, extra: { capacity } })] : [];
        }),
    },
    {
      name: 'waitForCapacityMatch',
      kind: 'operations',
      operations: (context) =>
        targetsOf(context).flatMap((target) => {
          const capacity = keptCapacity(context, target);
          return capacity
            ? [awaitServerGroup({ context, target, condition: 'capacity', extra: { capacity } })]
            : [];
        }),
    },
  ],
};
