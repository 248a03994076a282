/** Load balancers and listeners, as far as target groups need them to be in use. */
import type { Listener, LoadBalancer } from '../../cloud/target-group.ts';
import { targetGroupByArn } from '../../cloud/target-transitions.ts';
import { AwsError, validationError } from '../../wire/aws-error.ts';
import { pageOf } from '../../wire/page.ts';
import { members, timeText, type XmlNode } from '../../wire/response-xml.ts';
import type { Action, ActionCall } from '../action.ts';

const PAGE_DEFAULT = 400;

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
export const createLoadBalancer: Action = (call) => {
  const { cloud, params, nowMs, scope, timings } = call;
  const name = params.required('Name');
  const subnetIds = params.texts('Subnets');
  const present = cloud.getFresh('loadBalancer', name);
  if (present !== undefined) {
    if (present.subnetIds.join() === subnetIds.join())
      return { LoadBalancers: members([balancerNode(call, present)]) };
    throw new AwsError(
      'DuplicateLoadBalancerName',
      `A load balancer with the same name '${name}' exists, but with different settings`,
    );
  }
  const subnets = subnetIds.map((id) => {
    const subnet = cloud.getFresh('subnet', id);
    if (subnet === undefined) throw new AwsError('SubnetNotFound', `The subnet ID '${id}' is not found`);
    return subnet;
  });
  const zoneCount = new Set(subnets.map((subnet) => subnet.zone)).size;
  const [first] = subnets;
  if (first === undefined || zoneCount < 2) {
    throw validationError('At least two subnets in two different Availability Zones must be specified');
  }
  const balancer: LoadBalancer = {
    id: name,
    name,
    createdAtMs: nowMs,
    arn: `arn:aws:elasticloadbalancing:${scope.region}:${scope.account}:loadbalancer/app/${name}/${cloud.newDigits(16)}`,
    scheme: params.text('Scheme') ?? 'internet-facing',
    type: params.text('Type') ?? 'application',
    vpcId: first.vpcId,
    subnetIds,
    securityGroupIds: params.texts('SecurityGroups'),
    activeAtMs: nowMs + timings.loadBalancerProvisioningMs,
  };
  cloud.put('loadBalancer', balancer);
  return { LoadBalancers: members([balancerNode(call, balancer)]) };
};

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html */
export const describeLoadBalancers: Action = (call) => {
  const all = call.cloud.list('loadBalancer');
  const names = call.params.texts('Names');
  const arns = call.params.texts('LoadBalancerArns');
  const unknown =
    names.find((name) => !all.some((balancer) => balancer.name === name)) ??
    arns.find((arn) => !all.some((balancer) => balancer.arn === arn));
  if (unknown !== undefined) throw notFound(unknown);
  const wanted = all
    .filter((balancer) => names.length === 0 || names.includes(balancer.name))
    .filter((balancer) => arns.length === 0 || arns.includes(balancer.arn));
  const sizeMax = call.params.integer('PageSize') ?? PAGE_DEFAULT;
  const page = pageOf(wanted, { token: call.params.text('Marker'), sizeMax });
  return {
    LoadBalancers: members(page.entries.map((balancer) => balancerNode(call, balancer))),
    NextMarker: page.nextToken,
  };
};

/** Its listeners go with it, and its target groups fall out of use. */
export const deleteLoadBalancer: Action = ({ cloud, params }) => {
  const arn = params.required('LoadBalancerArn');
  const balancer = cloud.list('loadBalancer').find((entry) => entry.arn === arn);
  if (balancer === undefined) return {};
  cloud.remove('loadBalancer', balancer.id);
  for (const listener of cloud.list('listener')) {
    if (listener.loadBalancerArn === arn) cloud.remove('listener', listener.id);
  }
  for (const group of cloud.list('targetGroup')) {
    if (!group.loadBalancerArns.includes(arn)) continue;
    cloud.put('targetGroup', {
      ...group,
      loadBalancerArns: group.loadBalancerArns.filter((entry) => entry !== arn),
    });
  }
  return {};
};

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html */
export const createListener: Action = (call) => {
  const { cloud, params, nowMs } = call;
  const balancerArn = params.required('LoadBalancerArn');
  const balancer = cloud.list('loadBalancer').find((entry) => entry.arn === balancerArn);
  if (balancer === undefined) throw notFound(balancerArn);
  const port = params.integer('Port') ?? 80;
  const present = cloud
    .list('listener')
    .some((entry) => entry.loadBalancerArn === balancerArn && entry.port === port);
  if (present)
    throw new AwsError('DuplicateListener', 'A listener already exists on this port for this load balancer');
  const forward = params.nodes('DefaultActions').find((action) => action.text('Type') === 'forward');
  const group = targetGroupByArn(cloud, forward?.text('TargetGroupArn') ?? '');
  if (group === undefined) throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
  const listener: Listener = {
    id: `${balancer.name}:${port}`,
    createdAtMs: nowMs,
    arn: `${balancerArn.replace(':loadbalancer/', ':listener/')}/${cloud.newDigits(16)}`,
    loadBalancerArn: balancerArn,
    protocol: params.text('Protocol') ?? 'HTTP',
    port,
    targetGroupArn: group.arn,
  };
  cloud.put('listener', listener);
  const loadBalancerArns = [...new Set([...group.loadBalancerArns, balancerArn])];
  cloud.put('targetGroup', { ...group, loadBalancerArns });
  return { Listeners: members([listenerNode(listener)]) };
};

export const describeListeners: Action = ({ cloud, params }) => {
  const arn = params.text('LoadBalancerArn');
  const wanted = cloud
    .list('listener')
    .filter((listener) => arn === undefined || listener.loadBalancerArn === arn);
  return { Listeners: members(wanted.map(listenerNode)) };
};

function notFound(named: string): AwsError {
  return new AwsError('LoadBalancerNotFound', `Load balancers '[${named}]' not found`);
}

function balancerNode({ cloud, nowMs }: ActionCall, balancer: LoadBalancer): XmlNode {
  return {
    LoadBalancerArn: balancer.arn,
    LoadBalancerName: balancer.name,
    DNSName: `${balancer.name}.elb.invalid`,
    CreatedTime: timeText(balancer.createdAtMs),
    Scheme: balancer.scheme,
    Type: balancer.type,
    VpcId: balancer.vpcId,
    State: { Code: nowMs < balancer.activeAtMs ? 'provisioning' : 'active' },
    AvailabilityZones: members(
      balancer.subnetIds.map((id) => ({ SubnetId: id, ZoneName: cloud.getFresh('subnet', id)?.zone })),
    ),
    SecurityGroups: members([...balancer.securityGroupIds]),
    IpAddressType: 'ipv4',
  };
}

function listenerNode(listener: Listener): XmlNode {
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.loadBalancerArn,
    Port: listener.port,
    Protocol: listener.protocol,
    DefaultActions: members([{ Type: 'forward', TargetGroupArn: listener.targetGroupArn }]),
  };
}
