/** The ELBv2 actions the double knows. */
import type { ActionTable } from './action.ts';
import {
  createListener,
  createLoadBalancer,
  deleteLoadBalancer,
  describeListeners,
  describeLoadBalancers,
} from './elbv2/load-balancers.ts';
import { createTargetGroup, deleteTargetGroup, describeTargetGroups } from './elbv2/target-groups.ts';
import { deregisterTargets, describeTargetHealth, registerTargets } from './elbv2/targets.ts';

export const ELBV2_ACTIONS: ActionTable = {
  CreateTargetGroup: createTargetGroup,
  DescribeTargetGroups: describeTargetGroups,
  DeleteTargetGroup: deleteTargetGroup,
  RegisterTargets: registerTargets,
  DeregisterTargets: deregisterTargets,
  DescribeTargetHealth: describeTargetHealth,
  CreateLoadBalancer: createLoadBalancer,
  DescribeLoadBalancers: describeLoadBalancers,
  DeleteLoadBalancer: deleteLoadBalancer,
  CreateListener: createListener,
  DescribeListeners: describeListeners,
};
