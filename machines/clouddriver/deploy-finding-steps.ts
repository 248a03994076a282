/** The first half of a deployment: reads what is there and reserves a name. Changes nothing in the cloud. */
import type { Failure } from '#contracts/failure.ts';
import type { DeployTarget } from '#contracts/operations/launch-settings.contract.ts';
import { launchOf, placeOf, type DeployFacts, type DeployScope } from './deploy-facts.ts';
import { latestOf } from './frigga.ts';
import { known, stepsOf } from './saga/saga-step.ts';

const { read, reserveName } = stepsOf<DeployTarget, DeployFacts>();

function sourceNameIn({ target, facts }: DeployScope): string | undefined {
  if (target.source) return target.source.serverGroupName;
  return target.clone || target.useSourceCapacity ? facts.ancestor : undefined;
}

/** A clone, or a create that wants its source's capacity, cannot go on without the source. */
function sourceFault({ target, facts }: DeployScope): Failure | null {
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

function isMissingSource(scope: DeployScope): boolean {
  return sourceNameIn(scope) === undefined && (scope.target.clone || scope.target.capacity === undefined);
}

/** In order. */
export const FINDING_STEPS = [
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
