/** Security groups and their ingress rules. */
import type { Resource } from './resource.ts';

export interface IngressRule {
  readonly protocol: string;
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  /** Exactly one source: an address range or another group. */
  readonly cidr?: string | undefined;
  readonly groupId?: string | undefined;
  readonly description?: string | undefined;
}

export interface SecurityGroup extends Resource {
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly ingress: readonly IngressRule[];
}

/** Two rules are the same rule when everything but the description agrees. */
export function isSameRule(a: IngressRule, b: IngressRule): boolean {
  return (
    a.protocol === b.protocol &&
    a.fromPort === b.fromPort &&
    a.toPort === b.toPort &&
    a.cidr === b.cidr &&
    a.groupId === b.groupId
  );
}
