/** Disables the active server groups of a cluster, but for the newest `remainingEnabledServerGroups`. */
import { selectToDisable } from '../cluster-selection.ts';
import { flagOf, numberOf } from '../stage-context.ts';
import type { StageType } from '../stage-type.ts';
import { clusterWideProblems, clusterWideTasks } from './cluster-wide.ts';

export const disableClusterStage: StageType = {
  type: 'disableCluster',
  validate: clusterWideProblems,
  tasks: () =>
    clusterWideTasks({
      names: { choose: 'disableCluster', change: 'monitorDisableCluster', wait: 'waitForClusterDisable' },
      operation: 'disableServerGroup',
      select: (all, context) =>
        selectToDisable(all, context.start.deployedServerGroups, {
          keep: numberOf(context.get('remainingEnabledServerGroups')) ?? 1,
          preferLarger: flagOf(context.get('preferLargerOverNewer')) ?? false,
        }),
      extra: (context) => {
        const desiredPercentage = numberOf(context.own['desiredPercentage']);
        return desiredPercentage === undefined ? {} : { desiredPercentage };
      },
      wait: { condition: 'down' },
    }),
};
