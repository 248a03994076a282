/** Targets. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html */
import { isAlive } from '../../cloud/instance-transitions.ts';
import {
  targetHealthAt,
  type TargetHealth,
  type TargetRegistration,
} from '../../cloud/target-registration.ts';
import { deregisterTarget, registerTarget } from '../../cloud/target-transitions.ts';
import type { TargetGroup } from '../../cloud/target-group.ts';
import { AwsError, validationError } from '../../wire/aws-error.ts';
import type { Params } from '../../wire/params.ts';
import { members, type XmlNode } from '../../wire/response-xml.ts';
import type { Action, ActionCall } from '../action.ts';
import { requestedTargetGroup } from './target-groups.ts';

export const registerTargets: Action = (call) => {
  const { cloud, nowMs } = call;
  const group = requestedTargetGroup(call);
  for (const target of requestedTargets(call.params)) {
    const instance = cloud.getFresh('instance', target.id);
    if (instance === undefined) {
      throw new AwsError('InvalidTarget', `The following targets are not valid instances: '${target.id}'`);
    }
    if (!isAlive(instance, nowMs) || nowMs < instance.runningAtMs) {
      throw new AwsError(
        'InvalidTarget',
        `The following targets are not in a running state and cannot be registered: '${target.id}'`,
      );
    }
    registerTarget(call, { group, instance, port: target.port }, nowMs);
  }
  return {};
};

/** Targets that are not registered are skipped. */
export const deregisterTargets: Action = (call) => {
  const group = requestedTargetGroup(call);
  for (const target of requestedTargets(call.params)) {
    for (const registration of registrationsOf(call, group)) {
      if (matches(registration, target)) deregisterTarget(call, registration, call.nowMs);
    }
  }
  return {};
};

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html */
export const describeTargetHealth: Action = (call) => {
  const group = requestedTargetGroup(call);
  const registrations = registrationsOf(call, group).filter(
    (registration) => targetHealthAt(registration, call.nowMs) !== undefined,
  );
  const wanted = call.params.nodes('Targets').map(targetOf);
  const descriptions =
    wanted.length === 0
      ? registrations.map((registration) => describedTarget(call, group, registration))
      : wanted.flatMap((target) => {
          const found = registrations.filter((registration) => matches(registration, target));
          if (found.length > 0)
            return found.map((registration) => describedTarget(call, group, registration));
          return [unregisteredTarget(target.id, target.port ?? group.port)];
        });
  return { TargetHealthDescriptions: members(descriptions) };
};

interface RequestedTarget {
  readonly id: string;
  readonly port?: number | undefined;
}

function targetOf(params: Params): RequestedTarget {
  return { id: params.required('Id'), port: params.integer('Port') };
}

function requestedTargets(params: Params): RequestedTarget[] {
  const targets = params.nodes('Targets').map(targetOf);
  if (targets.length === 0) throw validationError('At least one target must be specified');
  return targets;
}

function matches(registration: TargetRegistration, target: RequestedTarget): boolean {
  return registration.instanceId === target.id && (target.port ?? registration.port) === registration.port;
}

function registrationsOf({ cloud }: ActionCall, group: TargetGroup): TargetRegistration[] {
  return cloud.list('targetRegistration').filter((registration) => registration.targetGroupArn === group.arn);
}

function describedTarget(
  { nowMs }: ActionCall,
  group: TargetGroup,
  registration: TargetRegistration,
): XmlNode {
  const unused: TargetHealth = {
    state: 'unused',
    reason: 'Target.NotInUse',
    description: 'Target group is not configured to receive traffic from the load balancer',
  };
  const health = group.loadBalancerArns.length === 0 ? unused : targetHealthAt(registration, nowMs);
  return {
    Target: { Id: registration.instanceId, Port: registration.port },
    HealthCheckPort: String(registration.port),
    TargetHealth: { State: health?.state, Reason: health?.reason, Description: health?.description },
  };
}

function unregisteredTarget(id: string, port: number): XmlNode {
  return {
    Target: { Id: id, Port: port },
    TargetHealth: {
      State: 'unused',
      Reason: 'Target.NotRegistered',
      Description: 'Target is not registered to the target group',
    },
  };
}
