/** Instances: run, describe, terminate. */
import { noticeLoss } from '../../cloud/member-loss.ts';
import { oncePerToken } from '../../cloud/client-token.ts';
import {
  INSTANCE_STATE_CODES,
  instanceStateAt,
  type Instance,
  type InstanceState,
} from '../../cloud/instance.ts';
import { launchInstance, terminateInstance } from '../../cloud/instance-transitions.ts';
import { specificationOf, versionOf, type LaunchSpecification } from '../../cloud/launch-template.ts';
import { AwsError, missingParameter } from '../../wire/aws-error.ts';
import { pageOf } from '../../wire/page.ts';
import { items, timeText, type XmlNode } from '../../wire/response-xml.ts';
import type { Action, ActionCall } from '../action.ts';
import { filtered, named, type FilterFields } from './filters.ts';
import { isInstanceType } from './instance-types.ts';
import { specifiedTags, tagSet } from './tag-parameters.ts';

const NOT_FOUND = { code: 'InvalidInstanceID.NotFound', what: 'instance ID' };

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
export const describeInstances: Action = (call) => {
  const { cloud, params, nowMs } = call;
  const fields: FilterFields<Instance> = {
    'instance-id': (instance) => [instance.id],
    'instance-state-name': (instance) => [instanceStateAt(instance, nowMs)],
    'instance-state-code': (instance) => [String(INSTANCE_STATE_CODES[instanceStateAt(instance, nowMs)])],
    'instance-type': (instance) => [instance.instanceType],
    'image-id': (instance) => [instance.imageId],
    'client-token': (instance) => [instance.clientToken],
    'subnet-id': (instance) => [instance.subnetId],
    'vpc-id': (instance) => [instance.vpcId],
    'availability-zone': (instance) => [instance.zone],
    'key-name': (instance) => [instance.keyName],
    'reservation-id': (instance) => [instance.reservationId],
  };
  const wanted = named(cloud.list('instance'), params.texts('InstanceId'), NOT_FOUND);
  const sizeMax = params.integer('MaxResults') ?? 1_000;
  const page = pageOf(filtered(wanted, params, fields), { token: params.text('NextToken'), sizeMax });
  const byReservation = Map.groupBy(page.entries, (instance) => instance.reservationId);
  return {
    reservationSet: items([...byReservation].map(([id, instances]) => reservationNode(call, id, instances))),
    nextToken: page.nextToken,
  };
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html */
export const runInstances: Action = (call) => {
  const { cloud, params, nowMs, timings } = call;
  const countMax = params.integer('MaxCount');
  const countMin = params.integer('MinCount');
  if (countMin === undefined || countMax === undefined) throw missingParameter('MinCount');
  if (countMin < 1 || countMax < countMin) {
    throw new AwsError(
      'InvalidParameterValue',
      `Invalid value '${countMin}' for MinCount: it must be between 1 and MaxCount`,
    );
  }
  const specification = launchSpecificationOf(call);
  const subnets = cloud.list('subnet');
  const subnetId = params.text('SubnetId');
  const subnet = subnetId === undefined ? subnets[0] : subnets.find((entry) => entry.id === subnetId);
  if (subnet === undefined) {
    throw subnetId === undefined
      ? new AwsError('MissingInput', 'No subnets found for the default VPC. Please specify a subnet.')
      : new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`);
  }
  const reservationId = oncePerToken(call, () => {
    const id = `r-${cloud.newDigits(17)}`;
    const launch = {
      specification,
      imageId: specification.imageId,
      subnet,
      reservationId: id,
      clientToken: params.text('ClientToken'),
      tags: specifiedTags(params, 'instance'),
    };
    for (let count = 0; count < countMax; count += 1) launchInstance({ cloud, timings }, launch, nowMs);
    return id;
  });
  const instances = cloud.list('instance').filter((instance) => instance.reservationId === reservationId);
  return reservationNode(call, reservationId, instances);
};

function launchSpecificationOf({ cloud, params }: ActionCall): LaunchSpecification & { imageId: string } {
  const wanted = params.node('LaunchTemplate');
  let base: LaunchSpecification | undefined;
  if (wanted !== undefined) {
    const id = wanted.text('LaunchTemplateId');
    const name = wanted.text('LaunchTemplateName');
    const template = cloud.list('launchTemplate').find((entry) => entry.id === id || entry.name === name);
    const version = template === undefined ? undefined : versionOf(template, wanted.text('Version'));
    if (version === undefined) {
      throw id === undefined
        ? new AwsError(
            'InvalidLaunchTemplateName.NotFoundException',
            `The launch template ${name} does not exist.`,
          )
        : new AwsError(
            'InvalidLaunchTemplateId.NotFound',
            `The launch template with ID ${id} does not exist.`,
          );
    }
    base = specificationOf(version);
  }
  const imageId = params.text('ImageId') ?? base?.imageId;
  if (imageId === undefined) throw missingParameter('ImageId');
  if (cloud.getFresh('image', imageId) === undefined) {
    throw new AwsError('InvalidAMIID.NotFound', `The image id '[${imageId}]' does not exist`);
  }
  const instanceType = params.text('InstanceType') ?? base?.instanceType ?? 'm1.small';
  if (!isInstanceType(instanceType)) {
    throw new AwsError('InvalidParameterValue', `Invalid value '${instanceType}' for InstanceType.`);
  }
  const groups = params.texts('SecurityGroupId');
  return {
    imageId,
    instanceType,
    keyName: params.text('KeyName') ?? base?.keyName,
    securityGroupIds: groups.length > 0 ? groups : (base?.securityGroupIds ?? []),
    instanceTags: base?.instanceTags ?? [],
  };
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html */
export const terminateInstances: Action = (call) => {
  const { cloud, params, nowMs, timings } = call;
  const ids = params.texts('InstanceId');
  if (ids.length === 0) throw missingParameter('InstanceId');
  const changes = named(cloud.list('instance'), ids, NOT_FOUND).map((instance) => {
    const before = instanceStateAt(instance, nowMs);
    const ending = noticeLoss(call, terminateInstance({ cloud, timings }, instance, nowMs));
    return {
      instanceId: instance.id,
      currentState: stateNode(instanceStateAt(ending, nowMs)),
      previousState: stateNode(before),
    };
  });
  return { instancesSet: items(changes) };
};

function stateNode(state: InstanceState): XmlNode {
  return { code: INSTANCE_STATE_CODES[state], name: state };
}

function reservationNode(
  call: ActionCall,
  id: string,
  instances: readonly Instance[],
): { [name: string]: XmlNode } {
  const groupNames = new Map(call.cloud.list('securityGroup').map((group) => [group.id, group.name]));
  return {
    reservationId: id,
    ownerId: call.scope.account,
    groupSet: items([]),
    instancesSet: items(instances.map((instance) => instanceNode(call, instance, groupNames))),
  };
}

function instanceNode(
  call: ActionCall,
  instance: Instance,
  groupNames: ReadonlyMap<string, string>,
): XmlNode {
  const { cloud, nowMs } = call;
  const state = instanceStateAt(instance, nowMs);
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: stateNode(state),
    privateDnsName: `ip-${instance.privateIp.replaceAll('.', '-')}.ec2.internal`,
    reason: state === 'shutting-down' || state === 'terminated' ? 'User initiated' : '',
    keyName: instance.keyName,
    instanceType: instance.instanceType,
    launchTime: timeText(instance.createdAtMs),
    placement: { availabilityZone: instance.zone, tenancy: 'default' },
    monitoring: { state: 'disabled' },
    subnetId: instance.subnetId,
    vpcId: instance.vpcId,
    privateIpAddress: instance.privateIp,
    groupSet: items(
      instance.securityGroupIds.map((groupId) => ({ groupId, groupName: groupNames.get(groupId) })),
    ),
    architecture: cloud.getFresh('image', instance.imageId)?.architecture,
    rootDeviceType: 'ebs',
    clientToken: instance.clientToken,
    tagSet: tagSet(instance.tags),
  };
}
