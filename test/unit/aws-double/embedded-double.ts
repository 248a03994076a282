/** A double without HTTP and with a clock the test moves. */
import { AwsDouble, type Call, type Outcome } from '#services/aws-double/aws-double.ts';
import { AUTO_SCALING_ACTIONS } from '#services/aws-double/actions/auto-scaling-table.ts';
import { EC2_ACTIONS } from '#services/aws-double/actions/ec2-table.ts';
import { ELBV2_ACTIONS } from '#services/aws-double/actions/elbv2-table.ts';
import { STS_ACTIONS } from '#services/aws-double/actions/sts-table.ts';
import { Timings } from '#services/aws-double/cloud/timings.ts';
import { DEMO_ACCOUNT, DEMO_SEED, demoImageId, demoSubnetIds } from '#services/aws-double/seed/demo.ts';
import { Seed } from '#services/aws-double/seed/seed-format.ts';

export const START_MS = Date.UTC(2026, 5, 1);
export const TIMINGS = Timings.parse({
  launchDelayMs: 100,
  pendingMs: 1_000,
  targetInitialMs: 500,
  deregistrationDelayMs: 700,
  shutdownMs: 300,
  replacementDelayMs: 400,
  groupDeleteMs: 200,
  capacityRetryMs: 900,
});

export interface EmbeddedDouble {
  readonly double: AwsDouble;
  readonly clock: { nowMs: number };
  /** A call in us-east-1 of the demo account. */
  readonly call: (service: Call['service'], action: string, params?: Call['params']) => Outcome;
}

/** Seeded like the demo. */
export function embeddedDouble(directory?: string): EmbeddedDouble {
  const clock = { nowMs: START_MS };
  const double = new AwsDouble({
    actions: {
      ec2: EC2_ACTIONS,
      autoscaling: AUTO_SCALING_ACTIONS,
      elasticloadbalancing: ELBV2_ACTIONS,
      sts: STS_ACTIONS,
    },
    timings: TIMINGS,
    directory,
    now: () => clock.nowMs,
  });
  if (double.isEmpty) double.seed(Seed.parse(DEMO_SEED));
  const scope = { account: DEMO_ACCOUNT, region: 'us-east-1' };
  return {
    double,
    clock,
    call: (service, action, params = {}) => double.perform({ ...scope, service, action, params }),
  };
}

/** Makes `payments-v001` of a new template, registered with the demo's target group. */
export function createGroup({ double, call }: EmbeddedDouble, desired: number): void {
  const targetGroup = double.ledger
    .resources()
    .find((life) => life.kind === 'targetGroup' && life.region === 'us-east-1');
  const arn = targetGroup !== undefined && 'arn' in targetGroup.last ? String(targetGroup.last.arn) : '';
  const outcomes = [
    call('ec2', 'CreateLaunchTemplate', {
      LaunchTemplateName: 'payments-v001',
      LaunchTemplateData: { ImageId: demoImageId('us-east-1', '1.4.2'), InstanceType: 't3.small' },
    }),
    call('autoscaling', 'CreateAutoScalingGroup', {
      AutoScalingGroupName: 'payments-v001',
      LaunchTemplate: { LaunchTemplateName: 'payments-v001', Version: '1' },
      MinSize: '0',
      MaxSize: '9',
      DesiredCapacity: String(desired),
      VPCZoneIdentifier: demoSubnetIds('us-east-1').join(','),
      TargetGroupARNs: [arn],
    }),
  ];
  const refused = outcomes.find((outcome) => outcome.error !== undefined);
  if (refused?.error !== undefined) throw refused.error;
}
