/** Disables a server group, unless told not to, and destroys it. */
import type { JsonObject } from '#contracts/json.ts';
import { awaitServerGroup, operationOn } from '../server-group-targets.ts';
import { flagOf } from '../stage-context.ts';
import type { StageType } from '../stage-type.ts';
import { determineTarget, isDynamic, targetProblems, targetsOf } from './server-group-target.ts';

export const destroyServerGroupStage: StageType = {
  type: 'destroyServerGroup',
  validate: targetProblems,
  before: ({ own }) => ({
    order: 'sequential',
    stages:
      flagOf(own['skipDisableBeforeDestroy']) === true
        ? []
        : [{ type: 'disableServerGroup', name: 'disableServerGroup', context: targetContext(own) }],
  }),
  tasks: ({ own }) => [
    ...(isDynamic(own) ? [determineTarget()] : []),
    {
      name: 'destroyServerGroup',
      kind: 'operations',
      operations: (context) =>
        targetsOf(context).map((target) => operationOn('destroyServerGroup', { context, target })),
    },
    {
      name: 'waitForDestroyedServerGroup',
      kind: 'operations',
      operations: (context) =>
        targetsOf(context).map((target) => awaitServerGroup({ context, target, condition: 'absent' })),
    },
  ],
};

const TARGET_KEYS = [
  'account',
  'asgName',
  'cloudProvider',
  'cluster',
  'credentials',
  'moniker',
  'region',
  'regions',
  'serverGroupName',
  'target',
];

function targetContext(own: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(own).filter(([key]) => TARGET_KEYS.includes(key)));
}
