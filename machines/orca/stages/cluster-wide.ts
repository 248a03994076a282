/** What disableCluster, shrinkCluster and scaleDownCluster share: choose server groups, change each, wait for each. */
import type { JsonObject } from '#contracts/json.ts';
import type { OperationName, OperationResult } from '#contracts/operation.ts';
import type { ServerGroup } from '#contracts/server-group.ts';
import type { Problem } from '../problem.ts';
import { flagOf, type StageContext } from '../stage-context.ts';
import { requireOneOf, requireRegion } from '../stage-problems.ts';
import { StageFailed } from '../stage-failed.ts';
import type { TaskDefinition, TaskResult } from '../stage-type.ts';
import {
  awaitServerGroup,
  clusterOf,
  describeCluster,
  describedServerGroups,
  groupsByRegion,
  keptTargets,
  operationOn,
  regionsOf,
  targetsJson,
} from '../server-group-targets.ts';

export type ClusterWide = {
  /** Task names, as in Spinnaker. */
  names: { choose: string; change: string; wait: string };
  operation: OperationName;
  /** Of one region. */
  select: (all: readonly ServerGroup[], context: StageContext) => ServerGroup[];
  extra?: (context: StageContext) => JsonObject;
  wait: { condition: 'down' | 'capacity' | 'absent'; extra?: JsonObject };
  /** Whether a cluster without server groups is fine. */
  emptyIsFine?: (context: StageContext) => boolean;
};

const TARGETS = 'targetServerGroups';

export function clusterWideTasks(plan: ClusterWide): TaskDefinition[] {
  return [
    {
      name: plan.names.choose,
      kind: 'operations',
      operations: (context) => [
        describeCluster(context, { cluster: clusterOf(context), regions: regionsOf(context) }),
      ],
      onSuccess: (context, results) => choose(plan, context, results),
    },
    {
      name: plan.names.change,
      kind: 'operations',
      operations: (context) =>
        keptTargets(context, TARGETS).map((target) =>
          operationOn(plan.operation, { context, target, extra: plan.extra?.(context) ?? {} }),
        ),
    },
    {
      name: plan.names.wait,
      kind: 'operations',
      operations: (context) =>
        keptTargets(context, TARGETS).map((target) =>
          awaitServerGroup({
            context,
            target,
            condition: plan.wait.condition,
            ...(plan.wait.extra ? { extra: plan.wait.extra } : {}),
          }),
        ),
    },
  ];
}

function choose(plan: ClusterWide, context: StageContext, results: readonly OperationResult[]): TaskResult {
  const all = describedServerGroups(results);
  if (all.length === 0) {
    if (flagOf(context.get('continueIfClusterNotFound')) === true || plan.emptyIsFine?.(context) === true) {
      return { status: 'SUCCEEDED', context: { [TARGETS]: [] } };
    }
    throw new StageFailed(
      'CLUSTER_NOT_FOUND',
      `The cluster '${clusterOf(context)}' has no server groups in ${regionsOf(context).join(', ')}. Check its name, account and regions, or set continueIfClusterNotFound.`,
    );
  }
  const targets = regionsOf(context).flatMap((region) =>
    plan.select(
      all.filter((group) => group.region === region),
      context,
    ),
  );
  return {
    status: 'SUCCEEDED',
    context: { [TARGETS]: targetsJson(targets), 'deploy.server.groups': groupsByRegion(targets) },
  };
}

/** Checks that all of them share. */
export function clusterWideProblems(context: JsonObject): Problem[] {
  return [
    ...requireOneOf(context, ['cluster'], 'myapp-prod'),
    ...requireOneOf(context, ['credentials', 'account'], 'prod'),
    ...requireRegion(context),
  ];
}
