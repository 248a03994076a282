/** Every action the double knows, by service. */
import type { ServiceCode } from '../wire/credential-scope.ts';
import type { ActionTable } from './action.ts';
import { AUTO_SCALING_ACTIONS } from './auto-scaling-table.ts';
import { EC2_ACTIONS } from './ec2-table.ts';
import { ELBV2_ACTIONS } from './elbv2-table.ts';
import { STS_ACTIONS } from './sts-table.ts';

export const AWS_ACTIONS: Readonly<Record<ServiceCode, ActionTable>> = {
  ec2: EC2_ACTIONS,
  autoscaling: AUTO_SCALING_ACTIONS,
  elasticloadbalancing: ELBV2_ACTIONS,
  sts: STS_ACTIONS,
};
