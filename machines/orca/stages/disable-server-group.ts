/** Takes a server group, or `desiredPercentage` of its instances, out of traffic. */
import { awaitServerGroup, operationOn } from '../server-group-targets.ts';
import { numberOf, type StageContext } from '../stage-context.ts';
import type { StageType } from '../stage-type.ts';
import { determineTarget, isDynamic, targetProblems, targetsOf } from './server-group-target.ts';

export const disableServerGroupStage: StageType = {
  type: 'disableServerGroup',
  validate: targetProblems,
  tasks: ({ own }) => [
    ...(isDynamic(own) ? [determineTarget()] : []),
    {
      name: 'disableServerGroup',
      kind: 'operations',
      operations: (context) => {
        const desiredPercentage = percentageOf(context);
        const extra = desiredPercentage === undefined ? {} : { desiredPercentage };
        return targetsOf(context).map((target) =>
          operationOn('disableServerGroup', { context, target, extra }),
        );
      },
    },
    {
      name: 'waitForRequiredInstancesDown',
      kind: 'operations',
      // Only a part of the instances goes down: there is no state of the whole server group to wait for.
      operations: (context) =>
        (percentageOf(context) ?? 100) < 100
          ? []
          : targetsOf(context).map((target) => awaitServerGroup({ context, target, condition: 'down' })),
    },
  ],
};

function percentageOf(context: StageContext): number | undefined {
  return numberOf(context.own['desiredPercentage']);
}
