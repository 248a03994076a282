/** What disableCluster, shrinkCluster and scaleDownCluster share: choose server groups, change each, wait for each. */
import type { JsonObject } from '#contracts/json.ts';
import type { OperationName, OperationResult } from '#contracts/operation.ts';
import type { ServerGroup } from '#contracts/server-group.ts';
import { parseClusterName } from '../cluster-name.ts';
import { serverGroupKey } from '../cluster-selection.ts';
import type { Problem } from '../problem.ts';
import { flagOf, numberOf, type StageContext } from '../stage-context.ts';
import { requireOneOf, requireRegion } from '../stage-problems.ts';
import { StageFailed } from '../stage-failed.ts';
import type { TaskDefinition, TaskResult } from '../stage-type.ts';
import {
  accountOf,
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
/** How often the cluster was read without showing what this execution created. */
const LOOKS = 'looksForDeployed';
const LOOKS_MAX = 12;
const LOOK_AGAIN_MS = 5_000;

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
  const looks = numberOf(context.own[LOOKS]) ?? 0;
  if (looks < LOOKS_MAX && unseen(context, all).length > 0)
    return { status: 'RUNNING', context: { [LOOKS]: looks + 1 }, againAfterMs: LOOK_AGAIN_MS };
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

/**
 * What this execution created in the cluster and the cloud does not list: a list may be older than what it is asked
 * about. An old server group would pass for the newest then, and be kept. After a minute somebody else removed it.
 */
function unseen(context: StageContext, all: readonly ServerGroup[]): string[] {
  const listed = new Set(all.map(serverGroupKey));
  const regions = regionsOf(context);
  return context.start.deployedServerGroups.filter((key) => {
    const [account, region = '', name = ''] = key.split(':');
    const isHere = account === accountOf(context) && regions.includes(region);
    return isHere && parseClusterName(name).cluster === clusterOf(context) && !listed.has(key);
  });
}

/** Checks that all of them share. */
export function clusterWideProblems(context: JsonObject): Problem[] {
  return [
    ...requireOneOf(context, ['cluster'], 'myapp-prod'),
    ...requireOneOf(context, ['credentials', 'account'], 'prod'),
    ...requireRegion(context),
  ];
}
