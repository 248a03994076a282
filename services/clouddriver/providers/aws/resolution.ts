/** Finds what a request names: images, networks, security groups, target groups. Reads only. */
import {
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type Filter,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ActivityFailed } from '#runtime/activity.ts';
import type { CloudActivityInput } from '#contracts/operations/cloud-activity.contract.ts';
import type { CloudProvider, ProviderCall } from '../provider.ts';
import { isNotFound } from './aws-failure.ts';
import type { AwsSession, AwsSessions } from './aws-sessions.ts';

type Resolution = Pick<
  CloudProvider,
  'resolveImage' | 'resolveNetwork' | 'resolveSecurityGroups' | 'resolveTargetGroups'
>;

type Reading<Answer> = { doing: string; send: (options: { abortSignal: AbortSignal }) => Promise<Answer> };

/** Makes one EC2 read; null when AWS says that the thing named is not there. */
async function ec2Read<Answer>(
  session: AwsSession,
  signal: AbortSignal,
  reading: Reading<Answer>,
): Promise<Answer | null> {
  try {
    return await session.perform({
      service: 'ec2',
      signal,
      hint: { doing: reading.doing, effect: 'read' },
      send: reading.send,
    });
  } catch (error) {
    if (error instanceof ActivityFailed && isNotFound(error.cause)) return null;
    throw error;
  }
}

export function resolution(sessions: AwsSessions): Resolution {
  return {
    async resolveImage({ account, region, image }, { signal }) {
      const session = sessions.of({ account, region });
      const query = image.startsWith('ami-')
        ? { ImageIds: [image] }
        : { Filters: [{ Name: 'name', Values: [image] }] };
      const found = await ec2Read(session, signal, {
        doing: `DescribeImages ${image}`,
        send: (options) => session.ec2.send(new DescribeImagesCommand(query), options),
      });
      const newest = (found?.Images ?? []).toSorted((one, other) =>
        (other.CreationDate ?? '').localeCompare(one.CreationDate ?? ''),
      )[0];
      if (newest?.ImageId === undefined) {
        throw notFound('IMAGE_NOT_FOUND', {
          message: `Image '${image}' was not found in ${account}/${region}. Check the name, the region, and that the image is shared with the account.`,
        });
      }
      return { imageId: newest.ImageId, ...(newest.Name === undefined ? {} : { imageName: newest.Name }) };
    },

    async resolveNetwork(input, { signal }) {
      const session = sessions.of(input);
      if (input.subnetIds && input.subnetIds.length > 0)
        return networkOf(await subnetsById(session, input, signal));
      if (input.subnetType !== undefined) return networkOf(await subnetsByPurpose(session, input, signal));
      return defaultNetwork(session, input, signal);
    },

    async resolveSecurityGroups({ account, region, names, vpcId }, { signal }) {
      const session = sessions.of({ account, region });
      const ids = names.filter((name) => name.startsWith('sg-'));
      const byName = names.filter((name) => !name.startsWith('sg-'));
      if (byName.length === 0) return { securityGroupIds: ids };
      const filters: Filter[] = [{ Name: 'group-name', Values: byName }];
      if (vpcId !== undefined) filters.push({ Name: 'vpc-id', Values: [vpcId] });
      const found = await ec2Read(session, signal, {
        doing: `DescribeSecurityGroups ${byName.join(', ')}`,
        send: (options) => session.ec2.send(new DescribeSecurityGroupsCommand({ Filters: filters }), options),
      });
      const groups = found?.SecurityGroups ?? [];
      const missing = byName.filter((name) => !groups.some(({ GroupName }) => GroupName === name));
      if (missing.length > 0) {
        throw notFound('SECURITY_GROUP_NOT_FOUND', {
          message: `Security groups ${missing.join(', ')} were not found in ${account}/${region}${vpcId === undefined ? '' : `, ${vpcId}`}. Check the names, or give ids.`,
        });
      }
      const foundIds = groups.flatMap(({ GroupId }) => (GroupId === undefined ? [] : [GroupId]));
      return { securityGroupIds: [...new Set([...ids, ...foundIds])] };
    },

    resolveTargetGroups: (input, call) => resolveTargetGroups(sessions, input, call),
  };
}

async function resolveTargetGroups(
  sessions: AwsSessions,
  { account, region, names }: CloudActivityInput<'resolveTargetGroups'>,
  { signal }: ProviderCall,
) {
  const session = sessions.of({ account, region });
  const { TargetGroups = [] } = await session
    .perform({
      service: 'elasticloadbalancing',
      signal,
      hint: { doing: `DescribeTargetGroups ${names.join(', ')}`, effect: 'read' },
      send: (options) => session.elb.send(new DescribeTargetGroupsCommand({ Names: names }), options),
    })
    .catch((error: unknown) => {
      if (error instanceof ActivityFailed && isNotFound(error.cause)) return { TargetGroups: [] };
      throw error;
    });
  const missing = names.filter(
    (name) => !TargetGroups.some(({ TargetGroupName }) => TargetGroupName === name),
  );
  if (missing.length > 0) {
    throw notFound('TARGET_GROUP_NOT_FOUND', {
      message: `Target groups ${missing.join(', ')} were not found in ${account}/${region}. Create them, or correct the names.`,
    });
  }
  return {
    targetGroupArns: TargetGroups.flatMap(({ TargetGroupArn }) => (TargetGroupArn ? [TargetGroupArn] : [])),
  };
}

type NetworkInput = CloudActivityInput<'resolveNetwork'>;

async function subnetsById(
  session: AwsSession,
  { subnetIds = [] }: NetworkInput,
  signal: AbortSignal,
): Promise<Subnet[]> {
  const found = await ec2Read(session, signal, {
    doing: `DescribeSubnets ${subnetIds.join(', ')}`,
    send: (options) => session.ec2.send(new DescribeSubnetsCommand({ SubnetIds: subnetIds }), options),
  });
  if (!found?.Subnets || found.Subnets.length < subnetIds.length) {
    throw notFound('SUBNETS_NOT_FOUND', {
      message: `Not all of the subnets ${subnetIds.join(', ')} exist in ${session.account}/${session.region}. Correct the ids.`,
    });
  }
  return found.Subnets;
}

/** Subnets whose tags name the purpose, in the zones asked for. */
async function subnetsByPurpose(
  session: AwsSession,
  input: NetworkInput,
  signal: AbortSignal,
): Promise<Subnet[]> {
  const found = await ec2Read(session, signal, {
    doing: 'DescribeSubnets',
    send: (options) => session.ec2.send(new DescribeSubnetsCommand({}), options),
  });
  const all = found?.Subnets ?? [];
  const matching = all.filter(
    (subnet) =>
      purposeOf(subnet) === input.subnetType &&
      (input.zones.length === 0 || input.zones.includes(subnet.AvailabilityZone ?? '')),
  );
  if (matching.length > 0) return matching;
  const purposes = [...new Set(all.flatMap((subnet) => purposeOf(subnet) ?? []))];
  throw notFound('SUBNETS_NOT_FOUND', {
    message: `No subnet for '${input.subnetType ?? ''}' was found in ${session.account}/${session.region}, zones ${input.zones.join(', ') || 'any'}. Subnet types there: ${purposes.join(', ') || 'none'}.`,
  });
}

/** As Clouddriver: the tag `immutable_metadata`, else the middle of a name like `main.internal.us-east-1a`. */
function purposeOf({ Tags = [] }: Subnet): string | undefined {
  const value = (key: string) => Tags.find(({ Key }) => Key === key)?.Value;
  const explicit = value('purpose');
  if (explicit !== undefined) return explicit;
  const metadata = value('immutable_metadata');
  if (metadata !== undefined) {
    try {
      const { purpose } = JSON.parse(metadata) as { purpose?: unknown };
      if (typeof purpose === 'string') return purpose;
    } catch {
      // Somebody else's tag under the same name: the subnet's name decides.
    }
  }
  const parts = (value('Name') ?? '').split('.');
  return parts.length === 3 ? parts[1] : undefined;
}

/** No subnet type: the default VPC, chosen by zones. */
async function defaultNetwork(session: AwsSession, { zones }: NetworkInput, signal: AbortSignal) {
  const vpcs = await ec2Read(session, signal, {
    doing: 'DescribeVpcs',
    send: (options) =>
      session.ec2.send(
        new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
        options,
      ),
  });
  const vpcId = vpcs?.Vpcs?.[0]?.VpcId;
  if (vpcId === undefined) {
    throw notFound('DEFAULT_NETWORK_NOT_FOUND', {
      message: `${session.account}/${session.region} has no default VPC, and the request names neither subnetType nor subnetIds. Add a subnetType to the stage.`,
    });
  }
  if (zones.length > 0) return { subnetIds: [], zones, vpcId };
  const found = await ec2Read(session, signal, {
    doing: 'DescribeAvailabilityZones',
    send: (options) => session.ec2.send(new DescribeAvailabilityZonesCommand({}), options),
  });
  const names = (found?.AvailabilityZones ?? []).flatMap(({ ZoneName, State }) =>
    ZoneName !== undefined && (State === undefined || State === 'available') ? [ZoneName] : [],
  );
  return { subnetIds: [], zones: names, vpcId };
}

function networkOf(subnets: readonly Subnet[]) {
  const ids = subnets.flatMap(({ SubnetId }) => (SubnetId === undefined ? [] : [SubnetId])).toSorted();
  const zones = [...new Set(subnets.flatMap(({ AvailabilityZone }) => AvailabilityZone ?? []))].toSorted();
  const vpcId = subnets[0]?.VpcId;
  return { subnetIds: ids, zones, ...(vpcId === undefined ? {} : { vpcId }) };
}

function notFound(code: string, { message }: { message: string }): ActivityFailed {
  return new ActivityFailed({ code, message, kind: 'terminal' });
}
