/** Puts a server group into traffic and waits until it is up. */
import { awaitServerGroup, operationOn } from '../server-group-targets.ts';
import { numberOf } from '../stage-context.ts';
import type { StageType } from '../stage-type.ts';
import { determineTarget, isDynamic, targetProblems, targetsOf } from './server-group-target.ts';

export const enableServerGroupStage: StageType = {
  type: 'enableServerGroup',
  validate: targetProblems,
  tasks: ({ own }) => [
    ...(isDynamic(own) ? [determineTarget()] : []),
    {
      name: 'enableServerGroup',
      kind: 'operations',
      operations: (context) =>
        targetsOf(context).map((target) => operationOn('enableServerGroup', { context, target })),
    },
    {
      name: 'waitForUpInstances',
      kind: 'operations',
      operations: (context) => {
        const percentage = numberOf(context.own['targetHealthyDeployPercentage']);
        const extra = percentage === undefined ? {} : { targetHealthyDeployPercentage: percentage };
        return targetsOf(context).map((target) =>
          awaitServerGroup({ context, target, condition: 'up', extra }),
        );
      },
    },
  ],
};
