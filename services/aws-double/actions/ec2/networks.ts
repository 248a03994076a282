/** VPCs, subnets, availability zones and key pairs: all read-only. */
import { zonesOf, type Subnet, type Vpc } from '../../cloud/network.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { items } from '../../wire/response-xml.ts';
import type { Action } from '../action.ts';
import { filtered, named, type FilterFields } from './filters.ts';
import { tagSet } from './tag-parameters.ts';

const VPC_FIELDS: FilterFields<Vpc> = {
  'vpc-id': (vpc) => [vpc.id],
  cidr: (vpc) => [vpc.cidr],
  'is-default': (vpc) => [String(vpc.isDefault)],
  isDefault: (vpc) => [String(vpc.isDefault)],
  state: () => ['available'],
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html */
export const describeVpcs: Action = ({ cloud, params, scope }) => {
  const wanted = named(cloud.list('vpc'), params.texts('VpcId'), {
    code: 'InvalidVpcID.NotFound',
    what: 'vpc ID',
  });
  return {
    vpcSet: items(
      filtered(wanted, params, VPC_FIELDS).map((vpc) => ({
        vpcId: vpc.id,
        ownerId: scope.account,
        state: 'available',
        cidrBlock: vpc.cidr,
        isDefault: vpc.isDefault,
        tagSet: tagSet(vpc.tags),
      })),
    ),
  };
};

const SUBNET_FIELDS: FilterFields<Subnet> = {
  'subnet-id': (subnet) => [subnet.id],
  'vpc-id': (subnet) => [subnet.vpcId],
  'availability-zone': (subnet) => [subnet.zone],
  availabilityZone: (subnet) => [subnet.zone],
  'cidr-block': (subnet) => [subnet.cidr],
  state: () => ['available'],
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html */
export const describeSubnets: Action = ({ cloud, params, scope }) => {
  const refusal = { code: 'InvalidSubnetID.NotFound', what: 'subnet ID' };
  const wanted = named(cloud.list('subnet'), params.texts('SubnetId'), refusal);
  const zones = zonesOf(scope.region);
  return {
    subnetSet: items(
      filtered(wanted, params, SUBNET_FIELDS).map((subnet) => ({
        subnetId: subnet.id,
        subnetArn: `arn:aws:ec2:${scope.region}:${scope.account}:subnet/${subnet.id}`,
        state: 'available',
        vpcId: subnet.vpcId,
        cidrBlock: subnet.cidr,
        availableIpAddressCount: 4091,
        availabilityZone: subnet.zone,
        availabilityZoneId: zones.find((zone) => zone.name === subnet.zone)?.id,
        mapPublicIpOnLaunch: false,
        ownerId: scope.account,
        tagSet: tagSet(subnet.tags),
      })),
    ),
  };
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html */
export const describeAvailabilityZones: Action = ({ params, scope }) => {
  const zones = zonesOf(scope.region).map((zone) => ({ ...zone, createdAtMs: 0 }));
  const names = params.texts('ZoneName');
  const unknown = names.find((name) => !zones.some((zone) => zone.name === name));
  if (unknown !== undefined) {
    throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${unknown}]`);
  }
  const fields: FilterFields<{ name: string; id: string; tags?: undefined }> = {
    'zone-name': (zone) => [zone.name],
    'zone-id': (zone) => [zone.id],
    'region-name': () => [scope.region],
    state: () => ['available'],
    'zone-type': () => ['availability-zone'],
  };
  const wanted = zones.filter((zone) => names.length === 0 || names.includes(zone.name));
  return {
    availabilityZoneInfo: items(
      filtered(wanted, params, fields).map((zone) => ({
        zoneName: zone.name,
        zoneId: zone.id,
        zoneState: 'available',
        zoneType: 'availability-zone',
        regionName: scope.region,
        optInStatus: 'opt-in-not-required',
      })),
    ),
  };
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeKeyPairs.html */
export const describeKeyPairs: Action = ({ cloud, params }) => {
  const refusal = { code: 'InvalidKeyPair.NotFound', what: 'key pair' };
  const wanted = named(cloud.list('keyPair'), params.texts('KeyName'), refusal);
  return {
    keySet: items(
      filtered(wanted, params, { 'key-name': (pair) => [pair.name] }).map((pair) => ({
        keyName: pair.name,
        keyFingerprint: pair.fingerprint,
      })),
    ),
  };
};
