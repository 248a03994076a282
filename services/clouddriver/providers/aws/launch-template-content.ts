/** Launch settings as the content of an EC2 launch template, and back. */
import type {
  LaunchTemplateBlockDeviceMappingRequest,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
  Tag,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import type { BlockDevice, LaunchSettings } from '#contracts/operations/launch-settings.contract.ts';
import type { CloudActivityInput } from '#contracts/operations/cloud-activity.contract.ts';

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html */
export function launchTemplateData(
  input: CloudActivityInput<'createLaunchTemplate'>,
  tags: Tag[],
): RequestLaunchTemplateData {
  const { launch, imageId, securityGroupIds } = input;
  const hasPublicIp = launch.associatePublicIpAddress !== undefined;
  return {
    ImageId: imageId,
    ...(launch.instanceType === undefined ? {} : { InstanceType: launch.instanceType as _InstanceType }),
    ...(launch.keyPair === undefined ? {} : { KeyName: launch.keyPair }),
    ...(launch.iamRole === undefined ? {} : { IamInstanceProfile: profileOf(launch.iamRole) }),
    ...(launch.ebsOptimized === undefined ? {} : { EbsOptimized: launch.ebsOptimized }),
    ...(launch.instanceMonitoring === undefined
      ? {}
      : { Monitoring: { Enabled: launch.instanceMonitoring } }),
    ...(launch.userDataBase64 === undefined ? {} : { UserData: launch.userDataBase64 }),
    ...(launch.requireImdsV2 === true ? { MetadataOptions: { HttpTokens: 'required' as const } } : {}),
    ...(launch.unlimitedCpuCredits === undefined
      ? {}
      : { CreditSpecification: { CpuCredits: launch.unlimitedCpuCredits ? 'unlimited' : 'standard' } }),
    ...(launch.spotPrice === undefined
      ? {}
      : {
          InstanceMarketOptions: { MarketType: 'spot' as const, SpotOptions: { MaxPrice: launch.spotPrice } },
        }),
    ...(launch.blockDevices && launch.blockDevices.length > 0
      ? { BlockDeviceMappings: launch.blockDevices.map(blockDeviceMapping) }
      : {}),
    // A public address is a property of the network interface; AWS then wants the security groups there as well.
    ...(hasPublicIp
      ? {
          NetworkInterfaces: [
            {
              DeviceIndex: 0,
              AssociatePublicIpAddress: launch.associatePublicIpAddress,
              ...(securityGroupIds.length > 0 ? { Groups: securityGroupIds } : {}),
            },
          ],
        }
      : securityGroupIds.length > 0
        ? { SecurityGroupIds: securityGroupIds }
        : {}),
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tags },
      { ResourceType: 'volume', Tags: tags },
    ],
  };
}

/** What a clone copies from a launch template version. */
export function launchSettingsFrom(content: ResponseLaunchTemplateData | undefined): LaunchSettings {
  if (!content) return {};
  const [networkInterface] = content.NetworkInterfaces ?? [];
  const groups = networkInterface?.Groups ?? content.SecurityGroupIds ?? [];
  const settings: LaunchSettings = {
    securityGroups: groups,
    ...absentOut({
      image: content.ImageId,
      instanceType: content.InstanceType,
      keyPair: content.KeyName,
      iamRole: content.IamInstanceProfile?.Name ?? content.IamInstanceProfile?.Arn,
      associatePublicIpAddress: networkInterface?.AssociatePublicIpAddress,
      ebsOptimized: content.EbsOptimized,
      instanceMonitoring: content.Monitoring?.Enabled,
      requireImdsV2: content.MetadataOptions?.HttpTokens === 'required' ? true : undefined,
      unlimitedCpuCredits: content.CreditSpecification?.CpuCredits === 'unlimited' ? true : undefined,
      spotPrice: content.InstanceMarketOptions?.SpotOptions?.MaxPrice,
      userDataBase64: content.UserData,
    }),
  };
  const devices = (content.BlockDeviceMappings ?? []).map((mapping) => ({
    deviceName: mapping.DeviceName ?? '',
    ...absentOut({
      virtualName: mapping.VirtualName,
      snapshotId: mapping.Ebs?.SnapshotId,
      sizeGiB: mapping.Ebs?.VolumeSize,
      volumeType: mapping.Ebs?.VolumeType,
      iops: mapping.Ebs?.Iops,
      encrypted: mapping.Ebs?.Encrypted,
      deleteOnTermination: mapping.Ebs?.DeleteOnTermination,
    }),
  }));
  return devices.length > 0 ? { ...settings, blockDevices: devices } : settings;
}

function profileOf(role: string) {
  return role.startsWith('arn:') ? { Arn: role } : { Name: role };
}

function blockDeviceMapping(device: BlockDevice): LaunchTemplateBlockDeviceMappingRequest {
  if (device.virtualName !== undefined)
    return { DeviceName: device.deviceName, VirtualName: device.virtualName };
  return {
    DeviceName: device.deviceName,
    Ebs: {
      ...(device.snapshotId === undefined ? {} : { SnapshotId: device.snapshotId }),
      ...(device.sizeGiB === undefined ? {} : { VolumeSize: device.sizeGiB }),
      ...(device.volumeType === undefined ? {} : { VolumeType: device.volumeType as 'gp3' }),
      ...(device.iops === undefined ? {} : { Iops: device.iops }),
      ...(device.encrypted === undefined ? {} : { Encrypted: device.encrypted }),
      DeleteOnTermination: device.deleteOnTermination ?? true,
    },
  };
}

/** Drops absent fields, which JSON cannot hold. */
export function absentOut<Fields extends Record<string, unknown>>(
  fields: Fields,
): { [K in keyof Fields]?: Exclude<Fields[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof Fields]?: Exclude<Fields[K], undefined>;
  };
}
