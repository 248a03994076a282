/** Scales the server groups of a cluster down to nothing, but for `remainingFullSizeServerGroups`. */
import { selectToShrink } from '../cluster-selection.ts';
import { flagOf, numberOf } from '../stage-context.ts';
import type { StageType } from '../stage-type.ts';
import { clusterWideProblems, clusterWideTasks } from './cluster-wide.ts';

const NOTHING = { min: 0, max: 0, desired: 0 };

export const scaleDownClusterStage: StageType = {
  type: 'scaleDownCluster',
  validate: clusterWideProblems,
  tasks: () =>
    clusterWideTasks({
      names: {
        choose: 'scaleDownCluster',
        change: 'monitorScaleDownCluster',
        wait: 'waitForScaleDownCluster',
      },
      operation: 'resizeServerGroup',
      select: (all, context) =>
        selectToShrink(all, context.start.deployedServerGroups, {
          keep: numberOf(context.get('remainingFullSizeServerGroups')) ?? 1,
          allowActive: flagOf(context.get('allowScaleDownActive')) ?? false,
          preferLarger: flagOf(context.get('preferLargerOverNewer')) ?? false,
        }),
      extra: () => ({ capacity: NOTHING }),
      wait: { condition: 'capacity', extra: { capacity: NOTHING } },
    }),
};
