/**
 * Where a subject does not behave as AWS does: exactly what it does instead, and the page that decides.
 * `docs/aws-differences.md` says the same for people; a test keeps the two equal.
 */
import type { Json } from '#contracts/json.ts';
import type { SubjectName } from './provider-subject.ts';

export interface Difference {
  readonly behaviour: string;
  readonly subject: SubjectName;
  readonly observed: Json;
  /** The page of the AWS documentation that says what is right. */
  readonly page: string;
}

const AUTO_SCALING_API = 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/';
const AUTO_SCALING_GUIDE = 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/';
const EC2_API = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/';
const ELB = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/';
const IDEMPOTENCY = 'https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html';

const MOTO: readonly Omit<Difference, 'subject'>[] = [
  {
    behaviour: 'group-members-pend-first',
    observed: { before: ['InService'], after: ['InService'] },
    page: `${AUTO_SCALING_GUIDE}ec2-auto-scaling-lifecycle.html`,
  },
  { behaviour: 'group-spreads-zones', observed: 1, page: `${AUTO_SCALING_GUIDE}auto-scaling-benefits.html` },
  {
    behaviour: 'group-name-is-unique',
    observed: { second: 'accepted', members: 2, sameMembers: false },
    page: `${AUTO_SCALING_API}API_CreateAutoScalingGroup.html`,
  },
  {
    behaviour: 'group-needs-template',
    observed: 'InvalidLaunchTemplateId.NotFound',
    page: `${AUTO_SCALING_GUIDE}ts-as-launch-template.html`,
  },
  {
    behaviour: 'group-needs-target-group',
    observed: 'TargetGroupNotFound',
    page: `${AUTO_SCALING_API}CommonErrors.html`,
  },
  {
    behaviour: 'group-min-within-max',
    observed: 'accepted',
    page: `${AUTO_SCALING_GUIDE}asg-capacity-limits.html`,
  },
  {
    behaviour: 'group-desired-within-max',
    observed: 'accepted',
    page: `${AUTO_SCALING_GUIDE}asg-capacity-limits.html`,
  },
  {
    behaviour: 'delete-needs-force',
    observed: { delete: 'accepted', members: 0 },
    page: `${AUTO_SCALING_API}API_DeleteAutoScalingGroup.html`,
  },
  {
    behaviour: 'delete-takes-time',
    observed: { before: 'gone', isGone: true },
    page: `${AUTO_SCALING_API}API_AutoScalingGroup.html`,
  },
  {
    behaviour: 'delete-blocks-changes',
    observed: { update: 'ValidationError', create: 'accepted' },
    page: `${AUTO_SCALING_API}API_CreateAutoScalingGroup.html`,
  },
  {
    behaviour: 'capacity-shrinks',
    observed: { members: 1, targets: ['healthy', 'healthy'] },
    page: `${AUTO_SCALING_GUIDE}attach-load-balancer-asg.html`,
  },
  {
    behaviour: 'capacity-within-max',
    observed: 'accepted',
    page: `${AUTO_SCALING_API}API_SetDesiredCapacity.html`,
  },
  {
    behaviour: 'capacity-within-min',
    observed: 'accepted',
    page: `${AUTO_SCALING_API}API_SetDesiredCapacity.html`,
  },
  { behaviour: 'capacity-unknown-group', observed: 'Error', page: `${AUTO_SCALING_API}CommonErrors.html` },
  {
    behaviour: 'update-min-within-max',
    observed: 'accepted',
    page: `${AUTO_SCALING_GUIDE}asg-capacity-limits.html`,
  },
  {
    behaviour: 'processes-unknown-name',
    observed: 'accepted',
    page: `${AUTO_SCALING_API}API_SuspendProcesses.html`,
  },
  {
    behaviour: 'suspended-launch',
    observed: { suspended: 4, resumed: 4 },
    page: `${AUTO_SCALING_GUIDE}as-suspend-resume-processes.html`,
  },
  {
    behaviour: 'suspended-terminate',
    observed: 1,
    page: `${AUTO_SCALING_GUIDE}as-suspend-resume-processes.html`,
  },
  {
    behaviour: 'suspended-add-to-load-balancer',
    observed: { suspended: 3, resumed: 3 },
    page: `${AUTO_SCALING_GUIDE}understand-how-suspending-processes-affects-other-processes.html`,
  },
  {
    behaviour: 'activities-tell',
    observed: [],
    page: `${AUTO_SCALING_API}API_DescribeScalingActivities.html`,
  },
  {
    behaviour: 'target-initial-then-healthy',
    observed: { before: ['healthy'], after: ['healthy'] },
    page: `${ELB}application/target-group-health-checks.html`,
  },
  {
    behaviour: 'target-draining-then-gone',
    observed: { before: [], after: [] },
    page: `${ELB}application/edit-target-group-attributes.html`,
  },
  {
    behaviour: 'target-group-without-listener',
    observed: ['healthy'],
    page: `${ELB}application/target-group-health-checks.html`,
  },
  {
    behaviour: 'target-unknown-instance',
    observed: 'accepted',
    page: `${ELB}APIReference/API_RegisterTargets.html`,
  },
  {
    behaviour: 'target-group-equal-twice',
    observed: { second: 'DuplicateTargetGroupNameException', isSame: false },
    page: `${ELB}APIReference/API_CreateTargetGroup.html`,
  },
  {
    behaviour: 'attach-unknown-target-group',
    observed: 'TargetGroupNotFound',
    page: `${AUTO_SCALING_API}CommonErrors.html`,
  },
  {
    behaviour: 'template-token-repeats',
    observed: { second: 'InvalidLaunchTemplateName.AlreadyExistsException', isSame: false },
    page: IDEMPOTENCY,
  },
  { behaviour: 'template-token-mismatch', observed: 'accepted', page: IDEMPOTENCY },
  {
    behaviour: 'template-delete-unknown',
    observed: { byId: 'InvalidLaunchTemplateName.NotFoundException', byName: 'MissingParameter' },
    page: `${EC2_API}API_DeleteLaunchTemplate.html`,
  },
  {
    behaviour: 'template-describe-unknown',
    observed: { byId: 'accepted', byName: 'InvalidLaunchTemplateName.NotFoundException' },
    page: `${EC2_API}errors-overview.html`,
  },
  { behaviour: 'run-token-repeats', observed: false, page: IDEMPOTENCY },
  {
    behaviour: 'instance-pending-then-running',
    observed: { before: 'running', after: 'running' },
    page: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html',
  },
  {
    behaviour: 'instance-terminate',
    observed: { answer: 'shutting-down', after: 'terminated', again: 'shutting-down' },
    page: `${EC2_API}API_TerminateInstances.html`,
  },
  { behaviour: 'filter-unknown', observed: 'Error', page: `${EC2_API}errors-overview.html` },
];

export const DIFFERENCES: readonly Difference[] = MOTO.map((entry) => ({ ...entry, subject: 'moto' }));
