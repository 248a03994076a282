/** The second half of a deployment: makes launch template and group, sets them up, reads them back. */
import type { Ownership } from '#contracts/operations/cloud-activity.contract.ts';
import type { DeployTarget } from '#contracts/operations/launch-settings.contract.ts';
import type { Capacity } from '#contracts/server-group.ts';
import { launchOf, namedAt, nameIn, placeOf, type DeployFacts, type DeployScope } from './deploy-facts.ts';
import { known, stepsOf } from './saga/saga-step.ts';
import { fitted, shortHash } from './token.ts';
import { TRAFFIC_PROCESSES } from './traffic-processes.ts';

const LAUNCH_TEMPLATE_NAME_MAX = 128;

const { read, write, adjust } = stepsOf<DeployTarget, DeployFacts>();

function ownerOf({ operation, target }: DeployScope): Ownership {
  return {
    operation: operation.address,
    application: target.application,
    cluster: target.cluster,
    executionId: operation.executionId,
    user: operation.user,
  };
}

/** Carries the operation's hash: a leftover of another operation with the same server group name is never taken for ours. */
function launchTemplateNameIn(scope: DeployScope): string {
  const name = nameIn(scope).replaceAll(/[^a-zA-Z0-9().\-/_]/g, '_');
  return fitted(`${name}-${shortHash(scope.operation.address)}`, LAUNCH_TEMPLATE_NAME_MAX);
}

function capacityIn({ target, facts }: DeployScope): Capacity {
  const ofSource = facts.source?.capacity;
  if (target.useSourceCapacity && ofSource) return ofSource;
  return known(target.capacity ?? ofSource, 'capacity');
}

function suspendedIn({ target }: DeployScope): string[] {
  return [...new Set([...target.suspendedProcesses, ...(target.startDisabled ? TRAFFIC_PROCESSES : [])])];
}

function sinceCreated({ facts }: DeployScope) {
  return facts.createdAtMs === undefined ? {} : { createdAtMs: facts.createdAtMs };
}

function deployedTo({ target, facts }: DeployScope): string[] {
  const subnets = facts.subnetIds ?? [];
  if ((target.subnetType !== undefined || target.subnetIds) && subnets.length > 0) {
    return [`Deploying to subnetIds: ${subnets.join(',')}`];
  }
  return [`Deploying to availabilityZones: [${(facts.zones ?? []).join(', ')}]`];
}

/** In order. */
export const MAKING_STEPS = [
  write('createLaunchTemplate', {
    activity: 'createLaunchTemplate',
    input: (scope) => ({
      ...placeOf(scope),
      owner: ownerOf(scope),
      launchTemplateName: launchTemplateNameIn(scope),
      serverGroupName: nameIn(scope),
      imageId: known(scope.facts.imageId, 'imageId'),
      securityGroupIds: scope.facts.securityGroupIds ?? [],
      launch: launchOf(scope),
    }),
    record: ({ nowMs }, { launchTemplateId, version }) => ({
      launchTemplateId,
      launchTemplateVersion: version,
      launchTemplateCreatedAtMs: nowMs,
    }),
    tell: (scope) => [
      `Created launch template ${scope.facts.launchTemplateId ?? ''} (${launchTemplateNameIn(scope)})`,
    ],
    undo: {
      activity: 'deleteLaunchTemplate',
      input: (scope) => ({
        ...placeOf(scope),
        launchTemplateName: launchTemplateNameIn(scope),
        onlyOperation: scope.operation.address,
      }),
      resource: (scope) => ({ kind: 'launch-template', id: launchTemplateNameIn(scope) }),
      tell: (scope) => `Deleted launch template ${launchTemplateNameIn(scope)}`,
    },
  }),
  write('createAutoScalingGroup', {
    activity: 'createAutoScalingGroup',
    input: (scope) => ({
      ...namedAt(scope),
      owner: ownerOf(scope),
      launchTemplateId: known(scope.facts.launchTemplateId, 'launchTemplateId'),
      launchTemplateVersion: known(scope.facts.launchTemplateVersion, 'launchTemplateVersion'),
      launchTemplateCreatedAtMs: scope.facts.launchTemplateCreatedAtMs ?? scope.nowMs,
      subnetIds: scope.facts.subnetIds ?? [],
      zones: scope.facts.zones ?? [],
      targetGroupArns: scope.facts.targetGroupArns ?? [],
      launch: launchOf(scope),
    }),
    record: ({ nowMs }) => ({ createdAtMs: nowMs }),
    tell: (scope) => [
      `Deploying ASG ${nameIn(scope)} with launch template ${scope.facts.launchTemplateId ?? ''}`,
      ...deployedTo(scope),
    ],
    undo: {
      activity: 'deleteAutoScalingGroup',
      input: (scope) => ({ ...namedAt(scope), onlyOperation: scope.operation.address }),
      resource: (scope) => ({ kind: 'auto-scaling-group', id: nameIn(scope) }),
      tell: (scope) => `Deleted ASG ${nameIn(scope)}`,
    },
  }),
  // These three change only the group made above, so they need no compensation of their own.
  adjust('suspendProcesses', {
    activity: 'suspendProcesses',
    when: (scope) => suspendedIn(scope).length > 0,
    input: (scope) => ({ ...namedAt(scope), processes: suspendedIn(scope), ...sinceCreated(scope) }),
    tell: (scope) => [`Suspended ${suspendedIn(scope).join(', ')} of ${nameIn(scope)}`],
  }),
  adjust('enableMetrics', {
    activity: 'enableMetrics',
    when: ({ target }) => target.enabledMetrics.length > 0,
    input: (scope) => ({ ...namedAt(scope), metrics: scope.target.enabledMetrics, ...sinceCreated(scope) }),
  }),
  adjust('setCapacity', {
    activity: 'setCapacity',
    input: (scope) => ({ ...namedAt(scope), capacity: capacityIn(scope), ...sinceCreated(scope) }),
    tell: (scope) => {
      const { min, max, desired } = capacityIn(scope);
      return [`Set capacity of ${nameIn(scope)} to min ${min}, max ${max}, desired ${desired}`];
    },
  }),
  read('verify', {
    activity: 'verifyServerGroup',
    input: (scope) => ({
      ...namedAt(scope),
      expected: {
        capacity: capacityIn(scope),
        exactDesired: false,
        disabled: suspendedIn(scope).includes('AddToLoadBalancer'),
        launchTemplateId: known(scope.facts.launchTemplateId, 'launchTemplateId'),
        operation: scope.operation.address,
      },
    }),
    record: (scope) => ({ capacity: capacityIn(scope) }),
    tell: (scope) => [`Read back ${nameIn(scope)}: it is as described`],
  }),
];
