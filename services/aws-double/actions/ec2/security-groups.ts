/** Security groups: create, describe, delete, and allow ingress. */
import { isSameRule, type IngressRule, type SecurityGroup } from '../../cloud/security-group.ts';
import { AwsError, missingParameter } from '../../wire/aws-error.ts';
import type { Params } from '../../wire/params.ts';
import { items, type XmlNode } from '../../wire/response-xml.ts';
import type { Action, ActionCall } from '../action.ts';
import { filtered, named, type FilterFields } from './filters.ts';
import { specifiedTags, tagSet } from './tag-parameters.ts';

const FIELDS: FilterFields<SecurityGroup> = {
  'group-id': (group) => [group.id],
  'group-name': (group) => [group.name],
  'vpc-id': (group) => [group.vpcId],
  description: (group) => [group.description],
};

const NOT_FOUND = { code: 'InvalidGroup.NotFound', what: 'security group' };

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html */
export const describeSecurityGroups: Action = ({ cloud, params, scope }) => {
  const byId = named(cloud.list('securityGroup'), params.texts('GroupId'), NOT_FOUND);
  const names = params.texts('GroupName');
  const unknown = names.find((name) => !byId.some((group) => group.name === name));
  if (unknown !== undefined)
    throw new AwsError(NOT_FOUND.code, `The security group '${unknown}' does not exist`);
  const wanted = byId.filter((group) => names.length === 0 || names.includes(group.name));
  return {
    securityGroupInfo: items(
      filtered(wanted, params, FIELDS).map((group) => ({
        ownerId: scope.account,
        groupId: group.id,
        groupName: group.name,
        groupDescription: group.description,
        vpcId: group.vpcId,
        ipPermissions: items(group.ingress.map((rule) => permissionOf(rule, scope.account))),
        ipPermissionsEgress: items([]),
        tagSet: tagSet(group.tags),
      })),
    ),
  };
};

function permissionOf(rule: IngressRule, account: string): XmlNode {
  return {
    ipProtocol: rule.protocol,
    fromPort: rule.fromPort,
    toPort: rule.toPort,
    groups: items(
      rule.groupId === undefined
        ? []
        : [{ userId: account, groupId: rule.groupId, description: rule.description }],
    ),
    ipRanges: items(rule.cidr === undefined ? [] : [{ cidrIp: rule.cidr, description: rule.description }]),
  };
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
export const createSecurityGroup: Action = (call) => {
  const { cloud, params, nowMs } = call;
  const name = params.required('GroupName');
  const description = params.required('GroupDescription');
  const vpcId = params.text('VpcId') ?? cloud.list('vpc').find((vpc) => vpc.isDefault)?.id;
  if (vpcId === undefined) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user');
  if (cloud.getFresh('vpc', vpcId) === undefined) {
    throw new AwsError('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`);
  }
  if (cloud.list('securityGroup').some((group) => group.name === name && group.vpcId === vpcId)) {
    throw new AwsError(
      'InvalidGroup.Duplicate',
      `The security group '${name}' already exists for VPC '${vpcId}'`,
    );
  }
  const id = `sg-${cloud.newDigits(17)}`;
  const tags = specifiedTags(params, 'security-group');
  cloud.put('securityGroup', { id, createdAtMs: nowMs, name, description, vpcId, ingress: [], tags });
  return { return: true, groupId: id, tagSet: tagSet(tags) };
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html */
export const deleteSecurityGroup: Action = (call) => {
  const group = groupOf(call);
  const isUsed = call.cloud
    .list('instance')
    .some((instance) => instance.shutdownAtMs === undefined && instance.securityGroupIds.includes(group.id));
  if (isUsed) throw new AwsError('DependencyViolation', `resource ${group.id} has a dependent object`);
  call.cloud.remove('securityGroup', group.id);
  return { return: true };
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html */
export const authorizeSecurityGroupIngress: Action = (call) => {
  const group = groupOf(call);
  const rules = call.params.nodes('IpPermissions').flatMap((permission) => rulesOf(permission));
  if (rules.length === 0) throw missingParameter('IpPermissions');
  const double = rules.find((rule) => group.ingress.some((known) => isSameRule(known, rule)));
  if (double !== undefined) {
    throw new AwsError(
      'InvalidPermission.Duplicate',
      `the specified rule "peer: ${double.cidr ?? double.groupId}, ${double.protocol}, from port: ` +
        `${double.fromPort}, to port: ${double.toPort}, ALLOW" already exists`,
    );
  }
  call.cloud.put('securityGroup', { ...group, ingress: [...group.ingress, ...rules] });
  return { return: true };
};

function rulesOf(permission: Params): IngressRule[] {
  const base = {
    protocol: permission.required('IpProtocol'),
    fromPort: permission.integer('FromPort'),
    toPort: permission.integer('ToPort'),
  };
  return [
    ...permission
      .nodes('IpRanges')
      .map((range) => ({ ...base, cidr: range.required('CidrIp'), description: range.text('Description') })),
    ...permission
      .nodes('Groups')
      .map((peer) => ({ ...base, groupId: peer.required('GroupId'), description: peer.text('Description') })),
  ];
}

function groupOf({ cloud, params }: ActionCall): SecurityGroup {
  const id = params.text('GroupId');
  const name = params.text('GroupName');
  if (id === undefined && name === undefined) throw missingParameter('GroupId');
  const group = cloud
    .list('securityGroup')
    .find((entry) => (id === undefined ? entry.name === name : entry.id === id));
  if (group === undefined) {
    throw new AwsError(NOT_FOUND.code, `The security group '${id ?? name}' does not exist`);
  }
  return group;
}
