/** Destroys the server groups of a cluster, but for `shrinkToSize`. */
import { selectToShrink } from '../cluster-selection.ts';
import { flagOf, numberOf } from '../stage-context.ts';
import type { StageType } from '../stage-type.ts';
import { clusterWideProblems, clusterWideTasks } from './cluster-wide.ts';

export const shrinkClusterStage: StageType = {
  type: 'shrinkCluster',
  validate: clusterWideProblems,
  tasks: () =>
    clusterWideTasks({
      names: { choose: 'shrinkCluster', change: 'monitorShrinkCluster', wait: 'waitForClusterShrink' },
      operation: 'destroyServerGroup',
      select: (all, context) =>
        selectToShrink(all, context.start.deployedServerGroups, {
          keep: numberOf(context.get('shrinkToSize')) ?? 1,
          allowActive: flagOf(context.get('allowDeleteActive')) ?? false,
          preferLarger: flagOf(context.get('retainLargerOverNewer')) ?? false,
        }),
      wait: { condition: 'absent' },
      emptyIsFine: (context) => numberOf(context.get('shrinkToSize')) === 0,
    }),
};
