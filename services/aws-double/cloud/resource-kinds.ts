/** The kinds of resource the double keeps, by name. */
import type { AutoScalingGroup } from './auto-scaling-group.ts';
import type { ClientToken } from './client-token.ts';
import type { Image } from './image.ts';
import type { Instance } from './instance.ts';
import type { KeyPair } from './key-pair.ts';
import type { LaunchTemplate } from './launch-template.ts';
import type { LifecycleHook } from './lifecycle-hook.ts';
import type { Subnet, Vpc } from './network.ts';
import type { ScalingActivity } from './scaling-activity.ts';
import type { SecurityGroup } from './security-group.ts';
import type { Listener, LoadBalancer, TargetGroup } from './target-group.ts';
import type { TargetRegistration } from './target-registration.ts';

export interface ResourceKinds {
  image: Image;
  vpc: Vpc;
  subnet: Subnet;
  securityGroup: SecurityGroup;
  keyPair: KeyPair;
  launchTemplate: LaunchTemplate;
  instance: Instance;
  autoScalingGroup: AutoScalingGroup;
  scalingActivity: ScalingActivity;
  lifecycleHook: LifecycleHook;
  targetGroup: TargetGroup;
  targetRegistration: TargetRegistration;
  loadBalancer: LoadBalancer;
  listener: Listener;
  clientToken: ClientToken;
}

export type ResourceKind = keyof ResourceKinds;
