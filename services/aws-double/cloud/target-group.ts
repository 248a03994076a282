/** Target groups, load balancers and listeners (ELBv2). */
import type { Resource } from './resource.ts';

export interface TargetGroup extends Resource {
  readonly arn: string;
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly vpcId?: string | undefined;
  readonly targetType: string;
  readonly healthCheckPath: string;
  /** Without a load balancer the targets are `unused`. */
  readonly loadBalancerArns: readonly string[];
}

export interface LoadBalancer extends Resource {
  readonly arn: string;
  readonly name: string;
  readonly scheme: string;
  readonly type: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly activeAtMs: number;
}

export interface Listener extends Resource {
  readonly arn: string;
  readonly loadBalancerArn: string;
  readonly protocol: string;
  readonly port: number;
  readonly targetGroupArn: string;
}
