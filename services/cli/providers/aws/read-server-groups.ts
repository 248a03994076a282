/** Reads server groups back from the AWS API: what is there, whatever Windlass believes. */
import {
  AutoScalingClient,
  paginateDescribeAutoScalingGroups,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import { DescribeImagesCommand, DescribeLaunchTemplateVersionsCommand, EC2Client } from '@aws-sdk/client-ec2';

/** Suspended on a server group that takes no traffic. */
const TRAFFIC_PROCESS = 'AddToLoadBalancer';

export type FoundServerGroup = {
  region: string;
  name: string;
  enabled: boolean;
  /** Instances in service. */
  instances: number;
  /** Name of the image, its id when it has none. */
  image: string;
};

/** Server groups whose name begins with `application`, by region and name. @throws the SDK's own errors */
export async function readServerGroups(args: {
  endpoint: string;
  regions: readonly string[];
  application: string;
}): Promise<FoundServerGroup[]> {
  const found = await Promise.all(args.regions.map((region) => readRegion({ ...args, region })));
  return found.flat();
}

async function readRegion(args: {
  endpoint: string;
  region: string;
  application: string;
}): Promise<FoundServerGroup[]> {
  const { endpoint, region, application } = args;
  const credentials = { accessKeyId: 'windlass', secretAccessKey: 'windlass' };
  const autoScaling = new AutoScalingClient({ endpoint, region, credentials });
  const ec2 = new EC2Client({ endpoint, region, credentials });
  try {
    const groups: AutoScalingGroup[] = [];
    for await (const page of paginateDescribeAutoScalingGroups({ client: autoScaling }, {})) {
      groups.push(...(page.AutoScalingGroups ?? []));
    }
    const ours = groups.filter(({ AutoScalingGroupName: name = '' }) => name.startsWith(`${application}-`));
    const read = await Promise.all(ours.map((group) => describe({ ec2, region, group })));
    return read.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } finally {
    autoScaling.destroy();
    ec2.destroy();
  }
}

async function describe(args: {
  ec2: EC2Client;
  region: string;
  group: AutoScalingGroup;
}): Promise<FoundServerGroup> {
  const { ec2, region, group } = args;
  const suspended = (group.SuspendedProcesses ?? []).map(({ ProcessName }) => ProcessName);
  return {
    region,
    name: group.AutoScalingGroupName ?? '',
    enabled: !suspended.includes(TRAFFIC_PROCESS),
    instances: (group.Instances ?? []).filter(({ LifecycleState }) => LifecycleState === 'InService').length,
    image: await imageOf(ec2, group),
  };
}

async function imageOf(ec2: EC2Client, group: AutoScalingGroup): Promise<string> {
  const { LaunchTemplateId, Version = '$Default' } = group.LaunchTemplate ?? {};
  if (LaunchTemplateId === undefined) return 'unknown';
  const { LaunchTemplateVersions: versions = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [Version] }),
  );
  const imageId = versions[0]?.LaunchTemplateData?.ImageId;
  if (imageId === undefined) return 'unknown';
  const { Images: images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
  return images[0]?.Name ?? imageId;
}
