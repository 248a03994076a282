/** What createServerGroup and cloneServerGroup share: source, image, capacity, the operation, and its strategy. */
import type { Json, JsonObject } from '#contracts/json.ts';
import type { OperationResult } from '#contracts/operation.ts';
import type { ServerGroup } from '#contracts/server-group.ts';
import { byAge } from '../cluster-selection.ts';
import { hasExpression } from '../expressions.ts';
import type { Problem } from '../problem.ts';
import { flagOf, numberOf, objectOf, textOf, without, type StageContext } from '../stage-context.ts';
import { contextProblem, requireOneOf, requireRegion } from '../stage-problems.ts';
import { StageFailed } from '../stage-failed.ts';
import {
  accountOf,
  awaitServerGroup,
  clusterIn,
  describeCluster,
  describedServerGroups,
  groupsByRegion,
  operationOn,
  regionsOf,
  targetsInGroups,
  type Target,
} from '../server-group-targets.ts';
import type { OperationCall, StageType, SyntheticStage, TaskDefinition, TaskResult } from '../stage-type.ts';
import { findStrategy, STRATEGY_NAMES } from '../strategies/strategies.ts';
import { deploymentImage } from './deployment-image.ts';

const CREATED = 'deploy.server.groups';

/** A stage type that creates server groups by `operation`. */
export function serverGroupCreation(operation: 'createServerGroup' | 'cloneServerGroup'): StageType {
  return {
    type: operation,
    validate: creationProblems,
    prepare: flattenCluster,
    tasks: () => creationTasks(operation),
    after: (context) => ({ order: 'sequential', stages: afterCreation(context) }),
    onFailure: (context) => ({ order: 'sequential', stages: afterFailure(context) }),
    onCancel: undoCreation,
  };
}

/** Older pipelines nest all fields under `cluster`. */
function flattenCluster(context: JsonObject): JsonObject {
  const nested = objectOf(context['cluster']);
  if (nested === undefined) return context;
  return { ...without(context, ['cluster']), ...nested };
}

function creationTasks(operation: 'createServerGroup' | 'cloneServerGroup'): TaskDefinition[] {
  return [
    {
      name: 'determineSourceServerGroup',
      kind: 'operations',
      operations: (context) => [
        describeCluster(context, {
          cluster: clusterIn(context.own, context.start.application),
          regions: regionsOf(context),
        }),
      ],
      onSuccess: determineSource,
    },
    { name: 'snapshotSourceServerGroup', kind: 'result', run: snapshotSource },
    { name: operation, kind: 'result', run: (context) => describeCreation(context, operation) },
    {
      name: 'monitorDeploy',
      kind: 'operations',
      operations: (context) => [{ operation, context: creationContext(context) }],
      onSuccess: bookCreation,
    },
    {
      name: 'waitForUpInstances',
      kind: 'operations',
      operations: (context) => createdTargets(context).map((target) => upCall(context, target)),
    },
  ];
}

/** The newest enabled server group of the first region that has one, else the newest of all. */
function determineSource(context: StageContext, results: readonly OperationResult[]): TaskResult {
  const written = objectOf(context.own['source']);
  const found = byAge(describedServerGroups(results));
  const name = textOf(written?.['serverGroupName']) ?? textOf(written?.['asgName']);
  const source =
    name === undefined
      ? newestPerPreference(found, regionsOf(context))
      : found.find((group) => group.name === name);
  const wantsCapacity =
    flagOf(context.own['useSourceCapacity']) ?? flagOf(written?.['useSourceCapacity']) ?? false;
  const onlyPrefers = flagOf(context.own['preferSourceCapacity']) ?? false;
  if (source === undefined && name === undefined && wantsCapacity && !onlyPrefers) {
    throw new StageFailed(
      'SOURCE_SERVER_GROUP_MISSING',
      `The stage copies the capacity of the current server group, but the cluster '${clusterIn(context.own, context.start.application)}' has none. Set 'capacity', or set preferSourceCapacity as a fallback.`,
    );
  }
  if (source === undefined)
    return { status: 'SUCCEEDED', context: { useSourceCapacity: wantsCapacity && name !== undefined } };
  return {
    status: 'SUCCEEDED',
    context: {
      source: {
        ...written,
        account: source.account,
        region: source.region,
        asgName: source.name,
        serverGroupName: source.name,
        useSourceCapacity: wantsCapacity,
      },
      sourceServerGroupCapacity: source.capacity,
    },
  };
}

function newestPerPreference(
  found: readonly ServerGroup[],
  regions: readonly string[],
): ServerGroup | undefined {
  for (const region of regions) {
    const here = found.filter((group) => group.region === region);
    const best = here.find((group) => !group.disabled) ?? here[0];
    if (best !== undefined) return best;
  }
  return undefined;
}

/** Fixes the capacity before the deployment, so that scaling meanwhile changes nothing. */
function snapshotSource(context: StageContext): TaskResult {
  const source = objectOf(context.own['source']);
  const capacity = objectOf(context.own['sourceServerGroupCapacity']);
  if (flagOf(source?.['useSourceCapacity']) !== true || source === undefined || capacity === undefined) {
    return { status: 'SUCCEEDED' };
  }
  const desired = capacity['desired'] ?? 0;
  return {
    status: 'SUCCEEDED',
    context: {
      useSourceCapacity: false,
      source: { ...source, useSourceCapacity: false },
      sourceServerGroupCapacitySnapshot: capacity,
      capacity: { min: desired, desired, max: capacity['max'] ?? desired },
    },
  };
}

/** Settles what the operation will be told: the image above all. */
function describeCreation(context: StageContext, operation: string): TaskResult {
  const image = deploymentImage(context, regionsOf(context));
  if (image === undefined && operation === 'createServerGroup') {
    throw new StageFailed(
      'IMAGE_MISSING',
      `Stage '${context.start.stage.name ?? context.start.refId}' names no image. Set 'amiName' or 'imageId', or put a findImage stage before it.`,
    );
  }
  return { status: 'SUCCEEDED', context: image === undefined ? {} : { amiName: image } };
}

function creationContext(context: StageContext): JsonObject {
  const { application } = context.start;
  return {
    application,
    ...context.own,
    credentials: accountOf(context),
    cluster: clusterIn(context.own, application),
    ...(regionsOf(context).length === 1 ? { region: regionsOf(context)[0] ?? '' } : {}),
  };
}

/** @throws StageFailed when the operation does not say what it created */
function bookCreation(context: StageContext, results: readonly OperationResult[]): TaskResult {
  const account = textOf(results[0]?.outputs['deploy.account.name']) ?? accountOf(context);
  const targets = results.flatMap(({ outputs }) => targetsInGroups(account, outputs[CREATED]));
  if (targets.length === 0) {
    throw new StageFailed(
      'OPERATION_OUTPUT_INVALID',
      `The operation succeeded but does not name what it created in '${CREATED}'. Look at the operation's history and at the cluster.`,
    );
  }
  const created = { [CREATED]: groupsByRegion(targets), 'deploy.account.name': account };
  const { source } = context.own;
  return {
    status: 'SUCCEEDED',
    context: created,
    outputs: { ...created, ...(source === undefined ? {} : { source }) },
    deployedServerGroups: targets.map(({ region, name }) => `${account}:${region}:${name}`),
  };
}

function createdTargets(context: StageContext): Target[] {
  return targetsInGroups(accountOf(context), context.own[CREATED]);
}

function upCall(context: StageContext, target: Target): OperationCall {
  const percentage = numberOf(context.own['targetHealthyDeployPercentage']);
  const extra: JsonObject = percentage === undefined ? {} : { targetHealthyDeployPercentage: percentage };
  return awaitServerGroup({ context, target, condition: 'up', extra });
}

function afterCreation(context: StageContext): SyntheticStage[] {
  const strategy = findStrategy(context.own['strategy']);
  return [...(strategy?.after(context) ?? []), restoreMinCapacity(context)];
}

function restoreMinCapacity(context: StageContext): SyntheticStage {
  return {
    type: 'applySourceServerGroupCapacity',
    name: 'restoreMinCapacityFromSnapshot',
    context: {
      credentials: accountOf(context),
      cloudProvider: textOf(context.get('cloudProvider')) ?? 'aws',
    },
  };
}

/** `rollback.onFailure` takes the new server group out of traffic again; `rollback.destroyLatest` removes it. */
function afterFailure(context: StageContext): SyntheticStage[] {
  const rollback = objectOf(context.own['rollback']);
  const taskFailed = Object.values(context.tasks).includes('TERMINAL');
  const created = createdTargets(context);
  const steps: SyntheticStage[] = [];
  if (flagOf(rollback?.['onFailure']) === true && taskFailed) {
    steps.push(...created.map((target) => rollbackStage(target, ROLLBACK)));
  }
  if (flagOf(rollback?.['destroyLatest']) === true) {
    steps.push(...created.map((target) => rollbackStage(target, DESTROY_LATEST)));
  }
  return [...steps, restoreMinCapacity(context)];
}

type RollbackPart = { type: string; verb: string; stageTimeoutMs: number };

const ROLLBACK: RollbackPart = { type: 'disableServerGroup', verb: 'Rollback', stageTimeoutMs: 1_800_000 };
const DESTROY_LATEST: RollbackPart = { type: 'destroyServerGroup', verb: 'Destroy', stageTimeoutMs: 300_000 };

function rollbackStage(target: Target, { type, verb, stageTimeoutMs }: RollbackPart): SyntheticStage {
  const { account, region, name } = target;
  return {
    type,
    name: `${verb} ${name}`,
    context: {
      credentials: account,
      region,
      serverGroupName: name,
      skipDisableBeforeDestroy: true,
      stageTimeoutMs,
    },
  };
}

/** What was created and never came up is removed; what was up already may be serving, and stays. */
function undoCreation(context: StageContext): readonly OperationCall[] {
  if (context.tasks['waitForUpInstances'] === 'SUCCEEDED') return [];
  return createdTargets(context).map((target) => operationOn('destroyServerGroup', { context, target }));
}

function creationProblems(context: JsonObject): Problem[] {
  const fields = flattenCluster(context);
  return [
    ...requireOneOf(fields, ['account', 'credentials'], 'prod'),
    ...requireRegion(fields),
    ...strategyProblems(fields),
  ];
}

/** A strategy that is not known would otherwise leave two versions in traffic. */
export function strategyProblems(context: JsonObject): Problem[] {
  const name: Json | undefined = context['strategy'];
  if (hasExpression(name) || findStrategy(name) !== undefined) return [];
  return [
    contextProblem(
      'strategy',
      `There is no strategy ${JSON.stringify(name)}.`,
      `Use one of: ${STRATEGY_NAMES.join(', ')}.`,
    ),
  ];
}
