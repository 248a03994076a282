/** Launching and terminating instances: pure transitions at a given moment. */
import { instanceStateAt, type Instance } from './instance.ts';
import type { LaunchSpecification } from './launch-template.ts';
import type { Subnet } from './network.ts';
import { withTags, type Tag } from './resource.ts';
import { activeRegistrationsOf, deregisterTarget, type TransitionContext } from './target-transitions.ts';

export interface Launch {
  readonly specification: LaunchSpecification;
  readonly imageId: string;
  readonly subnet: Subnet;
  readonly tags: readonly Tag[];
  readonly reservationId: string;
  readonly clientToken?: string | undefined;
  readonly groupName?: string | undefined;
  readonly launchTemplate?: Instance['launchTemplate'];
  readonly protectedFromScaleIn?: boolean;
}

export function launchInstance(context: TransitionContext, launch: Launch, atMs: number): Instance {
  const digits = context.cloud.newDigits(17);
  const instance: Instance = {
    id: `i-${digits}`,
    createdAtMs: atMs,
    tags: withTags(launch.specification.instanceTags, launch.tags),
    imageId: launch.imageId,
    instanceType: launch.specification.instanceType,
    subnetId: launch.subnet.id,
    vpcId: launch.subnet.vpcId,
    zone: launch.subnet.zone,
    securityGroupIds: launch.specification.securityGroupIds,
    keyName: launch.specification.keyName,
    privateIp: `10.${byteOf(digits, 0)}.${byteOf(digits, 2)}.${byteOf(digits, 4)}`,
    reservationId: launch.reservationId,
    clientToken: launch.clientToken,
    launchTemplate: launch.launchTemplate,
    runningAtMs: atMs + context.timings.pendingMs,
    groupName: launch.groupName,
    protectedFromScaleIn: launch.protectedFromScaleIn ?? false,
    admitted: false,
  };
  context.cloud.put('instance', instance);
  return instance;
}

function byteOf(digits: string, start: number): number {
  return Number.parseInt(digits.slice(start, start + 2), 16);
}

/** Ends an instance at once, as EC2's TerminateInstances does: its targets go straight to draining. */
export function terminateInstance(context: TransitionContext, instance: Instance, atMs: number): Instance {
  if (instance.shutdownAtMs !== undefined && instance.shutdownAtMs <= atMs) return instance;
  for (const registration of activeRegistrationsOf(context.cloud, instance.id)) {
    deregisterTarget(context, registration, atMs);
  }
  const ending: Instance = {
    ...instance,
    leavingAtMs: instance.leavingAtMs ?? atMs,
    shutdownAtMs: atMs,
    endedAtMs: atMs + context.timings.shutdownMs,
  };
  context.cloud.put('instance', ending);
  return ending;
}

/**
 * Ends a member as its Auto Scaling group does: deregistered first, shut down when it has drained.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-load-balancer-asg.html
 */
export function retireMember(context: TransitionContext, instance: Instance, atMs: number): Instance {
  if (instance.leavingAtMs !== undefined) return instance;
  const registrations = activeRegistrationsOf(context.cloud, instance.id);
  for (const registration of registrations) deregisterTarget(context, registration, atMs);
  const drainMs = registrations.length === 0 ? 0 : context.timings.deregistrationDelayMs;
  const ending: Instance = {
    ...instance,
    leavingAtMs: atMs,
    shutdownAtMs: atMs + drainMs,
    endedAtMs: atMs + drainMs + context.timings.shutdownMs,
  };
  context.cloud.put('instance', ending);
  return ending;
}

/** Can it be registered with a target group? */
export function isAlive(instance: Instance | undefined, nowMs: number): instance is Instance {
  if (instance === undefined) return false;
  const state = instanceStateAt(instance, nowMs);
  return state === 'running' || state === 'pending';
}
