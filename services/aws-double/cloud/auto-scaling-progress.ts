/**
 * What Auto Scaling does on its own as time passes: launch, replace, terminate, register, finish deletions.
 *
 * 1. Everything due is done as of the moment it was due, in order of time, whenever somebody looks:
 *    looking often, seldom or after a restart gives the same history.
 * 2. A suspended process is not done. It is decided by the suspension at the due moment, because progress is
 *    brought up to date before each call that could change it.
 */
import { isSuspended, type AutoScalingGroup } from './auto-scaling-group.ts';
import { countsAsMember, type Instance } from './instance.ts';
import { launchInstance, retireMember } from './instance-transitions.ts';
import { specificationOf, versionOf, type LaunchSpecification } from './launch-template.ts';
import type { Subnet } from './network.ts';
import type { Resource, Scope } from './resource.ts';
import { registerTarget, targetGroupByArn, type TransitionContext } from './target-transitions.ts';

export interface ProgressContext extends TransitionContext {
  readonly scope: Scope;
  /** Asked once for each launch: is there no room for it? */
  isCapacityDenied(groupName: string): boolean;
}

/** Brings one account and region up to date. Returns when something is due next; Infinity when nothing is. */
export function advance(context: ProgressContext, nowMs: number): number {
  const { cloud } = context;
  let group = earliestDue(context, nowMs);
  while (group !== undefined) {
    const atMs = group.reconcileAtMs ?? nowMs;
    admitMembers(context, atMs);
    reconcile(context, group, atMs);
    group = earliestDue(context, nowMs);
  }
  admitMembers(context, nowMs);
  finishDeletions(context, nowMs);
  forgetEnded(context, nowMs);
  const dueTimes = [
    ...cloud.list('autoScalingGroup').map((entry) => entry.reconcileAtMs ?? Infinity),
    ...cloud
      .list('autoScalingGroup')
      .map((entry) => (entry.deletingAtMs === undefined ? Infinity : nowMs + 1)),
    ...cloud.list('instance').map((entry) => nextDueOf(context, entry)),
    ...cloud.list('targetRegistration').map((entry) => entry.endedAtMs ?? Infinity),
  ];
  return dueTimes.reduce((earliest, time) => Math.min(earliest, time), Infinity);
}

function nextDueOf(context: ProgressContext, instance: Instance): number {
  const endedMs =
    instance.endedAtMs === undefined ? Infinity : instance.endedAtMs + context.timings.terminatedVisibleMs;
  const admittedMs = instance.groupName === undefined || instance.admitted ? Infinity : instance.runningAtMs;
  return Math.min(endedMs, admittedMs);
}

function earliestDue(context: ProgressContext, nowMs: number): AutoScalingGroup | undefined {
  let earliest: AutoScalingGroup | undefined;
  for (const group of context.cloud.list('autoScalingGroup')) {
    if (group.reconcileAtMs === undefined || group.reconcileAtMs > nowMs) continue;
    if (earliest === undefined || group.reconcileAtMs < (earliest.reconcileAtMs ?? Infinity))
      earliest = group;
  }
  return earliest;
}

export function membersOf(context: TransitionContext, groupName: string): Instance[] {
  return context.cloud.list('instance').filter((instance) => instance.groupName === groupName);
}

/** A member that has just come into service is registered, unless AddToLoadBalancer is suspended at that moment. */
function admitMembers(context: ProgressContext, upToMs: number): void {
  const { cloud } = context;
  for (const instance of cloud.list('instance')) {
    if (instance.groupName === undefined || instance.admitted || instance.runningAtMs > upToMs) continue;
    cloud.put('instance', { ...instance, admitted: true });
    const group = cloud.getFresh('autoScalingGroup', instance.groupName);
    const leftFirst = instance.leavingAtMs !== undefined && instance.leavingAtMs <= instance.runningAtMs;
    if (group === undefined || leftFirst || isSuspended(group, 'AddToLoadBalancer')) continue;
    for (const arn of group.targetGroupArns) {
      const targetGroup = targetGroupByArn(cloud, arn);
      if (targetGroup !== undefined)
        registerTarget(context, { group: targetGroup, instance }, instance.runningAtMs);
    }
  }
}

function reconcile(context: ProgressContext, group: AutoScalingGroup, atMs: number): void {
  const members = membersOf(context, group.id).filter(countsAsMember);
  const missing = group.desiredCapacity - members.length;
  const idle = { ...group, reconcileAtMs: undefined };
  if (missing > 0 && group.deletingAtMs === undefined && !isSuspended(group, 'Launch')) {
    const reconcileAtMs = launchMembers(context, { group, members, count: missing }, atMs);
    context.cloud.put('autoScalingGroup', { ...group, reconcileAtMs, lastScalingAtMs: atMs });
  } else if (missing < 0 && !isSuspended(group, 'Terminate')) {
    const why = 'a change of capacity';
    for (const instance of chooseSurplus(members, -missing))
      retireWithActivity(context, { group, instance, why }, atMs);
    context.cloud.put('autoScalingGroup', { ...idle, lastScalingAtMs: atMs });
  } else {
    context.cloud.put('autoScalingGroup', idle);
  }
}

interface Scaling {
  readonly group: AutoScalingGroup;
  readonly members: readonly Instance[];
  readonly count: number;
}

/** Launches what is missing. Returns when to try again if a launch failed. */
function launchMembers(context: ProgressContext, scaling: Scaling, atMs: number): number | undefined {
  const { group } = scaling;
  const subnets = subnetsOf(context, group);
  const perSubnet = new Map(subnets.map((subnet) => [subnet.id, 0]));
  for (const { subnetId } of scaling.members) perSubnet.set(subnetId, (perSubnet.get(subnetId) ?? 0) + 1);
  for (let launched = 0; launched < scaling.count; launched += 1) {
    const subnet = subnets.toSorted((a, b) => (perSubnet.get(a.id) ?? 0) - (perSubnet.get(b.id) ?? 0))[0];
    const plan = launchPlanOf(context, group, subnet);
    if ('refusal' in plan) {
      recordFailedLaunch(context, { group, reason: plan.refusal }, atMs);
      return atMs + context.timings.capacityRetryMs;
    }
    perSubnet.set(plan.subnet.id, (perSubnet.get(plan.subnet.id) ?? 0) + 1);
    launchMember(context, { group, ...plan }, atMs);
  }
  return undefined;
}

interface LaunchPlan {
  readonly subnet: Subnet;
  readonly specification: LaunchSpecification;
  readonly imageId: string;
  readonly version: string;
}

function launchPlanOf(
  context: ProgressContext,
  group: AutoScalingGroup,
  subnet: Subnet | undefined,
): LaunchPlan | { refusal: string } {
  const template = context.cloud.getFresh('launchTemplate', group.launchTemplate.id);
  const version = template === undefined ? undefined : versionOf(template, group.launchTemplate.version);
  if (version === undefined) {
    return {
      refusal: `The launch template ${group.launchTemplate.id} does not exist. Launching EC2 instance failed.`,
    };
  }
  if (subnet === undefined) return { refusal: 'No subnet is available. Launching EC2 instance failed.' };
  const specification = specificationOf(version);
  const { imageId } = specification;
  if (imageId === undefined || context.cloud.getFresh('image', imageId) === undefined) {
    return { refusal: `The image id '[${imageId ?? ''}]' does not exist. Launching EC2 instance failed.` };
  }
  if (context.isCapacityDenied(group.id)) {
    return {
      refusal:
        `We currently do not have sufficient ${specification.instanceType} capacity in the Availability Zone you ` +
        `requested (${subnet.zone}). Launching EC2 instance failed. (InsufficientInstanceCapacity)`,
    };
  }
  return { subnet, specification, imageId, version: String(version.number) };
}

function launchMember(
  context: ProgressContext,
  plan: LaunchPlan & { group: AutoScalingGroup },
  atMs: number,
): void {
  const { group } = plan;
  const instance = launchInstance(
    context,
    {
      specification: plan.specification,
      imageId: plan.imageId,
      subnet: plan.subnet,
      reservationId: `r-${context.cloud.newDigits(17)}`,
      groupName: group.id,
      launchTemplate: { ...group.launchTemplate, version: plan.version },
      protectedFromScaleIn: group.newInstancesProtected,
      tags: [
        ...group.tags.filter((tag) => tag.propagateAtLaunch).map(({ key, value }) => ({ key, value })),
        { key: 'aws:autoscaling:groupName', value: group.id },
        { key: 'aws:ec2launchtemplate:id', value: group.launchTemplate.id },
        { key: 'aws:ec2launchtemplate:version', value: plan.version },
      ],
    },
    atMs,
  );
  context.cloud.put('scalingActivity', {
    id: context.cloud.newDigits(32),
    createdAtMs: atMs,
    groupName: group.id,
    groupArn: group.arn,
    cause: `At ${new Date(atMs).toISOString()} an instance was started in response to a difference between desired and actual capacity.`,
    description: `Launching a new EC2 instance: ${instance.id}`,
    instanceId: instance.id,
    outcome: 'Successful',
    finishedAtMs: instance.runningAtMs,
  });
}

function recordFailedLaunch(
  context: ProgressContext,
  failed: { readonly group: AutoScalingGroup; readonly reason: string },
  atMs: number,
): void {
  context.cloud.put('scalingActivity', {
    id: context.cloud.newDigits(32),
    createdAtMs: atMs,
    groupName: failed.group.id,
    groupArn: failed.group.arn,
    cause: `At ${new Date(atMs).toISOString()} an instance was started in response to a difference between desired and actual capacity.`,
    description: 'Launching a new EC2 instance. Status Reason: ' + failed.reason,
    outcome: 'Failed',
    statusMessage: failed.reason,
    finishedAtMs: atMs,
  });
}

export interface Retirement {
  readonly group: AutoScalingGroup;
  readonly instance: Instance;
  readonly why: string;
}

/** Retires a member and notes it in the group's diary. Returns the activity's id. */
export function retireWithActivity(context: TransitionContext, retirement: Retirement, atMs: number): string {
  const { group, why } = retirement;
  const ending = retireMember(context, retirement.instance, atMs);
  const id = context.cloud.newDigits(32);
  context.cloud.put('scalingActivity', {
    id,
    createdAtMs: atMs,
    groupName: group.id,
    groupArn: group.arn,
    cause: `At ${new Date(atMs).toISOString()} an instance was taken out of service in response to ${why}.`,
    description: `Terminating EC2 instance: ${ending.id}`,
    instanceId: ending.id,
    outcome: 'Successful',
    finishedAtMs: ending.endedAtMs ?? atMs,
  });
  return id;
}

/** Oldest first from the fullest zone; members protected from scale-in stay. */
function chooseSurplus(members: readonly Instance[], count: number): Instance[] {
  const left = members.filter((instance) => !instance.protectedFromScaleIn);
  const chosen: Instance[] = [];
  while (chosen.length < count && left.length > 0) {
    const sizeOf = (zone: string): number => left.filter((instance) => instance.zone === zone).length;
    left.sort((a, b) => sizeOf(b.zone) - sizeOf(a.zone) || a.createdAtMs - b.createdAtMs);
    const next = left.shift();
    if (next !== undefined) chosen.push(next);
  }
  return chosen;
}

function subnetsOf(context: ProgressContext, group: AutoScalingGroup): Subnet[] {
  const all = context.cloud.list('subnet');
  if (group.subnetIds.length > 0) {
    return group.subnetIds.flatMap((id) => all.find((subnet) => subnet.id === id) ?? []);
  }
  return group.zones.flatMap((zone) => all.find((subnet) => subnet.zone === zone) ?? []);
}

/** A group in deletion goes when its last member has gone. */
function finishDeletions(context: ProgressContext, nowMs: number): void {
  const { cloud } = context;
  for (const group of cloud.list('autoScalingGroup')) {
    if (group.deletingAtMs === undefined) continue;
    const members = membersOf(context, group.id);
    const goneAtMs = Math.max(
      group.deletingAtMs + context.timings.groupDeleteMs,
      ...members.map((instance) => instance.endedAtMs ?? Infinity),
    );
    if (goneAtMs > nowMs) continue;
    cloud.remove('autoScalingGroup', group.id, goneAtMs);
    for (const hook of cloud.list('lifecycleHook')) {
      if (hook.groupName === group.id) cloud.remove('lifecycleHook', hook.id);
    }
    for (const instance of members) cloud.put('instance', { ...instance, groupName: undefined });
  }
}

/**
 * Drained targets and long terminated instances disappear. What this transaction touched waits for the next one,
 * so that whoever reads the journal sees everything that ever existed.
 */
function forgetEnded(context: ProgressContext, nowMs: number): void {
  const { cloud, timings } = context;
  const forget = (kind: 'targetRegistration' | 'instance', resource: Resource, keptMs: number): void => {
    const isOver = resource.endedAtMs !== undefined && resource.endedAtMs + keptMs <= nowMs;
    if (isOver && !cloud.hasChanged(kind, resource.id)) cloud.remove(kind, resource.id);
  };
  for (const registration of cloud.list('targetRegistration')) forget('targetRegistration', registration, 0);
  for (const instance of cloud.list('instance')) forget('instance', instance, timings.terminatedVisibleMs);
}
