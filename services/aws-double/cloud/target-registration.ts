/** An instance registered with a target group. Health is derived from stored times and the clock. */
import type { Resource } from './resource.ts';

export interface TargetRegistration extends Resource {
  readonly targetGroupArn: string;
  readonly instanceId: string;
  readonly port: number;
  readonly healthyAtMs: number;
  /** The image is a bad one: its health checks fail for ever. */
  readonly neverHealthy: boolean;
  /** Draining from here until `endedAtMs`. */
  readonly deregisteredAtMs?: number | undefined;
}

export interface TargetHealth {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'draining' | 'unused';
  readonly reason?: string;
  readonly description?: string;
}

export function registrationId(targetGroupArn: string, instanceId: string, port: number): string {
  return `${targetGroupArn}|${instanceId}|${port}`;
}

/** Undefined when the target has finished draining and is gone. */
export function targetHealthAt(registration: TargetRegistration, nowMs: number): TargetHealth | undefined {
  if (registration.endedAtMs !== undefined && nowMs >= registration.endedAtMs) return undefined;
  if (registration.deregisteredAtMs !== undefined) {
    return {
      state: 'draining',
      reason: 'Target.DeregistrationInProgress',
      description: 'Target deregistration is in progress',
    };
  }
  if (nowMs < registration.healthyAtMs) {
    return {
      state: 'initial',
      reason: 'Elb.RegistrationInProgress',
      description: 'Target registration is in progress',
    };
  }
  if (registration.neverHealthy) {
    return { state: 'unhealthy', reason: 'Target.FailedHealthChecks', description: 'Health checks failed' };
  }
  return { state: 'healthy' };
}
