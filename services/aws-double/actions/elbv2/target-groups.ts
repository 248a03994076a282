/** Target groups. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
import { targetGroupByArn } from '../../cloud/target-transitions.ts';
import type { TargetGroup } from '../../cloud/target-group.ts';
import { AwsError, validationError } from '../../wire/aws-error.ts';
import { pageOf } from '../../wire/page.ts';
import { members, type XmlNode } from '../../wire/response-xml.ts';
import type { Action, ActionCall } from '../action.ts';

const PAGE_DEFAULT = 400;

/** Equal settings answer with the group that is there; others are refused. */
export const createTargetGroup: Action = (call) => {
  const { cloud, params, scope, nowMs } = call;
  const name = params.text('Name');
  if (name === undefined || !/^(?!-)[a-zA-Z0-9-]{1,32}(?<!-)$/.test(name)) {
    throw validationError(`Target group name '${name ?? ''}' must have 1 to 32 letters, digits or hyphens`);
  }
  const targetType = params.text('TargetType') ?? 'instance';
  const vpcId = params.text('VpcId');
  const port = params.integer('Port');
  const protocol = params.text('Protocol');
  if (targetType !== 'lambda' && (port === undefined || protocol === undefined || vpcId === undefined)) {
    throw validationError('A port, a protocol and a VPC ID must be specified');
  }
  if (vpcId !== undefined && cloud.getFresh('vpc', vpcId) === undefined) {
    throw validationError(`The VPC ID '${vpcId}' is not found`);
  }
  const wanted = {
    name,
    protocol: protocol ?? 'HTTP',
    port: port ?? 0,
    vpcId,
    targetType,
    healthCheckPath: params.text('HealthCheckPath') ?? '/',
  };
  const present = cloud.getFresh('targetGroup', name);
  if (present !== undefined) {
    const isEqual = Object.entries(wanted).every(
      ([field, value]) => present[field as keyof typeof wanted] === value,
    );
    if (!isEqual) {
      throw new AwsError(
        'DuplicateTargetGroupName',
        `A target group with the same name '${name}' exists, but with different settings`,
      );
    }
    return { TargetGroups: members([targetGroupNode(present)]) };
  }
  const group: TargetGroup = {
    ...wanted,
    id: name,
    createdAtMs: nowMs,
    arn: `arn:aws:elasticloadbalancing:${scope.region}:${scope.account}:targetgroup/${name}/${cloud.newDigits(16)}`,
    loadBalancerArns: [],
    tags: params.nodes('Tags').map((tag) => ({ key: tag.required('Key'), value: tag.text('Value') ?? '' })),
  };
  cloud.put('targetGroup', group);
  return { TargetGroups: members([targetGroupNode(group)]) };
};

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html */
export const describeTargetGroups: Action = ({ cloud, params }) => {
  const all = cloud.list('targetGroup');
  const names = params.texts('Names');
  const arns = params.texts('TargetGroupArns');
  const balancer = params.text('LoadBalancerArn');
  const unknown =
    names.find((name) => !all.some((group) => group.name === name)) ??
    arns.find((arn) => !all.some((group) => group.arn === arn));
  if (unknown !== undefined) throw targetGroupNotFound();
  const wanted = all
    .filter((group) => names.length === 0 || names.includes(group.name))
    .filter((group) => arns.length === 0 || arns.includes(group.arn))
    .filter((group) => balancer === undefined || group.loadBalancerArns.includes(balancer));
  const page = pageOf(wanted, {
    token: params.text('Marker'),
    sizeMax: params.integer('PageSize') ?? PAGE_DEFAULT,
  });
  return { TargetGroups: members(page.entries.map(targetGroupNode)), NextMarker: page.nextToken };
};

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html */
export const deleteTargetGroup: Action = ({ cloud, params }) => {
  const arn = params.required('TargetGroupArn');
  const group = targetGroupByArn(cloud, arn);
  if (group === undefined) return {};
  if (group.loadBalancerArns.length > 0) {
    throw new AwsError('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`);
  }
  cloud.remove('targetGroup', group.id);
  for (const registration of cloud.list('targetRegistration')) {
    if (registration.targetGroupArn === arn) cloud.remove('targetRegistration', registration.id);
  }
  return {};
};

/** The group a request names by its ARN. @throws AwsError TargetGroupNotFound */
export function requestedTargetGroup({ cloud, params }: ActionCall): TargetGroup {
  const group = targetGroupByArn(cloud, params.text('TargetGroupArn') ?? '');
  if (group === undefined) throw targetGroupNotFound();
  return group;
}

function targetGroupNotFound(): AwsError {
  return new AwsError('TargetGroupNotFound', 'One or more target groups not found');
}

function targetGroupNode(group: TargetGroup): XmlNode {
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: group.vpcId,
    TargetType: group.targetType,
    HealthCheckProtocol: group.protocol,
    HealthCheckPort: 'traffic-port',
    HealthCheckEnabled: true,
    HealthCheckPath: group.healthCheckPath,
    HealthCheckIntervalSeconds: 30,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: 5,
    UnhealthyThresholdCount: 2,
    Matcher: { HttpCode: '200' },
    LoadBalancerArns: members([...group.loadBalancerArns]),
    ProtocolVersion: 'HTTP1',
    IpAddressType: 'ipv4',
  };
}
