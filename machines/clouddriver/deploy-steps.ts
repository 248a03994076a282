/** The steps that make a new server group in one region, in Clouddriver's order. Shared by create and clone. */
import type { DeployTarget, LaunchSettings } from '#contracts/operations/launch-settings.contract.ts';
import type { Ownership, ServerGroupDetail } from '#contracts/operations/cloud-activity.contract.ts';
import type { Failure } from '#contracts/failure.ts';
import type { Capacity } from '#contracts/server-group.ts';
import { latestOf, serverGroupNameOf, type NamedAt } from './frigga.ts';
import { known, stepsOf, type StepScope } from './saga/saga-step.ts';
import { fitted, shortHash } from './token.ts';

/** What the steps find out about one region's new server group. */
export type DeployFacts = {
  existing: NamedAt[];
  ancestor: string;
  source: Pick<ServerGroupDetail, 'name' | 'capacity' | 'zones' | 'subnetIds' | 'launch'>;
  serverGroupName: string;
  imageId: string;
  imageName: string;
  targetGroupArns: string[];
  subnetIds: string[];
  zones: string[];
  vpcId: string;
  securityGroupIds: string[];
  launchTemplateId: string;
  launchTemplateVersion: string;
  launchTemplateCreatedAtMs: number;
  createdAtMs: number;
  capacity: Capacity;
};

type Scope = StepScope<DeployTarget, DeployFacts>;

/** Suspended while a server group takes no traffic. */
export const TRAFFIC_PROCESSES = ['Launch', 'Terminate', 'AddToLoadBalancer'] as const;

const LAUNCH_TEMPLATE_NAME_MAX = 128;

const { read, write, adjust, reserveName } = stepsOf<DeployTarget, DeployFacts>();

function placeOf({ target }: Scope) {
  return { account: target.account, region: target.region };
}

function namedAt(scope: Scope) {
  return { ...placeOf(scope), serverGroupName: nameIn(scope) };
}

function nameIn({ facts }: Scope): string {
  return known(facts.serverGroupName, 'serverGroupName');
}

/** The source's settings, overridden by what the request says. A create copies nothing but capacity. */
function launchOf({ target, facts }: Scope): LaunchSettings {
  return target.clone ? { ...facts.source?.launch, ...target.launch } : target.launch;
}

function ownerOf({ operation, target }: Scope): Ownership {
  return {
    operation: operation.address,
    application: target.application,
    cluster: target.cluster,
    executionId: operation.executionId,
    user: operation.user,
  };
}

/** Carries the operation's hash: a leftover of another operation with the same server group name is never taken for ours. */
function launchTemplateNameIn(scope: Scope): string {
  const name = nameIn(scope).replaceAll(/[^a-zA-Z0-9().\-/_]/g, '_');
  return fitted(`${name}-${shortHash(scope.operation.address)}`, LAUNCH_TEMPLATE_NAME_MAX);
}

function sourceNameIn({ target, facts }: Scope): string | undefined {
  if (target.source) return target.source.serverGroupName;
  return target.clone || target.useSourceCapacity ? facts.ancestor : undefined;
}

function capacityIn({ target, facts }: Scope): Capacity {
  const ofSource = facts.source?.capacity;
  if (target.useSourceCapacity && ofSource) return ofSource;
  return known(target.capacity ?? ofSource, 'capacity');
}

function suspendedIn({ target }: Scope): string[] {
  return [...new Set([...target.suspendedProcesses, ...(target.startDisabled ? TRAFFIC_PROCESSES : [])])];
}

/** A clone, or a create that wants its source's capacity, cannot go on without the source. */
function sourceFault({ target, facts }: Scope): Failure | null {
  const launch = target.clone ? facts.source?.launch : target.launch;
  const needsSource = target.clone || target.capacity === undefined;
  if (facts.source === undefined && needsSource) {
    return {
      code: 'SOURCE_SERVER_GROUP_NOT_FOUND',
      message: `The source server group of cluster '${target.cluster}' was not found, and the request depends on it. Name an existing server group as source.`,
      kind: 'terminal',
    };
  }
  if (launch === undefined || { ...launch, ...target.launch }.image === undefined) {
    return {
      code: 'SOURCE_IMAGE_UNKNOWN',
      message: `The image of source server group '${facts.source?.name ?? ''}' is not known. Give an amiName in the request.`,
      kind: 'terminal',
    };
  }
  return null;
}

function isMissingSource(scope: Scope): boolean {
  return sourceNameIn(scope) === undefined && (scope.target.clone || scope.target.capacity === undefined);
}

const looking = [
  read('describeCluster', {
    activity: 'listCluster',
    input: (scope) => ({ ...placeOf(scope), cluster: scope.target.cluster }),
    record: (_, { existing }) => {
      const ancestor = latestOf(existing)?.name;
      return { existing, ...(ancestor === undefined ? {} : { ancestor }) };
    },
    check: (scope) => (isMissingSource(scope) ? sourceFault(scope) : null),
  }),
  read('describeSource', {
    activity: 'describeServerGroup',
    when: (scope) => sourceNameIn(scope) !== undefined,
    input: (scope) => ({
      ...(scope.target.source ?? placeOf(scope)),
      serverGroupName: sourceNameIn(scope) ?? '',
    }),
    record: (_, { serverGroup }) => {
      if (serverGroup === null || serverGroup.deleting) return {};
      const { name, capacity, zones, subnetIds, launch } = serverGroup;
      return { source: { name, capacity, zones, subnetIds, launch } };
    },
    check: sourceFault,
    tell: ({ facts }) => (facts.source ? [`Source server group is ${facts.source.name}`] : []),
  }),
  reserveName('reserveName', {
    when: ({ target }) => !target.ignoreSequence,
    reservation: ({ target, facts }) => ({
      account: target.account,
      region: target.region,
      cluster: target.cluster,
      existing: known(facts.existing, 'existing'),
      ...(target.sequence === undefined ? {} : { sequence: target.sequence }),
    }),
    record: (_, serverGroupName) => ({ serverGroupName }),
    tell: ({ facts }) => [`Reserved the name ${facts.serverGroupName ?? ''}`],
  }),
  read('resolveImage', {
    activity: 'resolveImage',
    input: (scope) => ({ ...placeOf(scope), image: known(launchOf(scope).image, 'launch.image') }),
    record: ({ target }, { imageId, imageName }) => ({
      imageId,
      ...(imageName === undefined ? {} : { imageName }),
      ...(target.ignoreSequence ? { serverGroupName: target.cluster } : {}),
    }),
  }),
  read('resolveTargetGroups', {
    activity: 'resolveTargetGroups',
    when: (scope) => (launchOf(scope).targetGroups ?? []).length > 0,
    input: (scope) => ({ ...placeOf(scope), names: launchOf(scope).targetGroups ?? [] }),
    record: (_, { targetGroupArns }) => ({ targetGroupArns }),
  }),
  read('resolveNetwork', {
    activity: 'resolveNetwork',
    input: (scope) => {
      const { zones, subnetType, subnetIds } = scope.target;
      const inherited =
        scope.target.clone && zones.length === 0 && !subnetType ? scope.facts.source : undefined;
      const subnets = subnetIds ?? (inherited?.subnetIds.length ? inherited.subnetIds : undefined);
      return {
        ...placeOf(scope),
        zones: zones.length > 0 ? zones : (inherited?.zones ?? []),
        ...(subnetType === undefined ? {} : { subnetType }),
        ...(subnets === undefined ? {} : { subnetIds: subnets }),
      };
    },
    record: (_, { subnetIds, zones, vpcId }) => ({
      subnetIds,
      zones,
      ...(vpcId === undefined ? {} : { vpcId }),
    }),
  }),
  read('resolveSecurityGroups', {
    activity: 'resolveSecurityGroups',
    when: (scope) => (launchOf(scope).securityGroups ?? []).length > 0,
    input: (scope) => ({
      ...placeOf(scope),
      names: launchOf(scope).securityGroups ?? [],
      ...(scope.facts.vpcId === undefined ? {} : { vpcId: scope.facts.vpcId }),
    }),
    record: (_, { securityGroupIds }) => ({ securityGroupIds }),
  }),
];

const making = [
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

export const DEPLOY_STEPS = [...looking, ...making];

function sinceCreated({ facts }: Scope) {
  return facts.createdAtMs === undefined ? {} : { createdAtMs: facts.createdAtMs };
}

function deployedTo({ target, facts }: Scope): string[] {
  const subnets = facts.subnetIds ?? [];
  if ((target.subnetType !== undefined || target.subnetIds) && subnets.length > 0) {
    return [`Deploying to subnetIds: ${subnets.join(',')}`];
  }
  return [`Deploying to availabilityZones: [${(facts.zones ?? []).join(', ')}]`];
}

/** The name a target is known by before its own name is reserved. */
export function deployLabel(target: DeployTarget, facts: Partial<DeployFacts>): string {
  return (
    facts.serverGroupName ??
    (target.sequence === undefined ? target.cluster : serverGroupNameOf(target.cluster, target.sequence))
  );
}
