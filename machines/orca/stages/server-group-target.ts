/** Which server groups a stage works on: named ones, or the newest, the one before, or the oldest of a cluster. */
import type { JsonObject } from '#contracts/json.ts';
import type { OperationResult } from '#contracts/operation.ts';
import type { ServerGroup } from '#contracts/server-group.ts';
import { byAge } from '../cluster-selection.ts';
import { hasExpression } from '../expressions.ts';
import type { Problem } from '../problem.ts';
import {
  accountOf,
  clusterOf,
  describeCluster,
  describedServerGroups,
  keptTargets,
  regionsOf,
  targetsJson,
  type Target,
} from '../server-group-targets.ts';
import { textOf, type StageContext } from '../stage-context.ts';
import { contextProblem, requireOneOf, requireRegion } from '../stage-problems.ts';
import { StageFailed } from '../stage-failed.ts';
import type { TaskDefinition, TaskResult } from '../stage-type.ts';

const TARGETS = 'targetServerGroups';

/** Position among the server groups of a region, newest first. */
const POSITIONS: Readonly<Record<string, (groups: readonly ServerGroup[]) => ServerGroup | undefined>> = {
  current_asg: (groups) => groups[0],
  current_asg_dynamic: (groups) => groups[0],
  ancestor_asg: (groups) => groups[1],
  ancestor_asg_dynamic: (groups) => groups[1],
  oldest_asg_dynamic: (groups) => groups.at(-1),
};

function namedServerGroup(context: JsonObject): string | undefined {
  return textOf(context['serverGroupName']) ?? textOf(context['asgName']);
}

/** The task that finds the target and remembers its capacity; it reads the cluster, also for a named one. */
export function determineTarget(): TaskDefinition {
  return {
    name: 'determineTargetServerGroups',
    kind: 'operations',
    operations: (context) => [
      describeCluster(context, { cluster: clusterOf(context), regions: regionsOf(context) }),
    ],
    onSuccess: bookTargets,
  };
}

function bookTargets(context: StageContext, results: readonly OperationResult[]): TaskResult {
  const found = byAge(describedServerGroups(results));
  const name = namedServerGroup(context.own);
  const written = textOf(context.own['target']) ?? 'current_asg_dynamic';
  const groups = regionsOf(context).map((region) => {
    const here = found.filter((group) => group.region === region);
    const group = name === undefined ? POSITIONS[written]?.(here) : here.find((entry) => entry.name === name);
    if (group !== undefined) return group;
    throw new StageFailed(
      'SERVER_GROUP_NOT_FOUND',
      `No server group ${name ?? `for the target '${written}'`} is in the cluster '${clusterOf(context)}' in ${region}. Check the name, the account and the region.`,
    );
  });
  return {
    status: 'SUCCEEDED',
    context: {
      [TARGETS]: targetsJson(groups),
      targetCapacities: Object.fromEntries(
        groups.map((group) => [`${group.region}:${group.name}`, group.capacity]),
      ),
      'deploy.server.groups': Object.fromEntries(groups.map((group) => [group.region, [group.name]])),
    },
  };
}

/** The server groups found by {@link determineTarget}, or the named ones when it was not asked. */
export function targetsOf(context: StageContext): Target[] {
  const kept = keptTargets(context, TARGETS);
  if (kept.length > 0) return kept;
  const name = namedServerGroup(context.own);
  const account = accountOf(context);
  return name === undefined ? [] : regionsOf(context).map((region) => ({ account, region, name }));
}

/** Whether the target has to be looked up. */
export function isDynamic(context: JsonObject): boolean {
  return namedServerGroup(context) === undefined;
}

export function targetProblems(context: JsonObject): Problem[] {
  const problems = [...requireOneOf(context, ['credentials', 'account'], 'prod'), ...requireRegion(context)];
  if (!isDynamic(context)) return problems;
  const { target } = context;
  if (!hasExpression(target) && !(typeof target === 'string' && Object.hasOwn(POSITIONS, target))) {
    problems.push(
      contextProblem(
        'target',
        'Neither a server group nor a known target is named.',
        `Set 'serverGroupName', or 'cluster' and 'target' to one of: ${Object.keys(POSITIONS).join(', ')}.`,
      ),
    );
  }
  return [...problems, ...requireOneOf(context, ['cluster'], 'myapp-prod')];
}
