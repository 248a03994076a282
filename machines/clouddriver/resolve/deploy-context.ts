/** The untyped context of `createServerGroup` and `cloneServerGroup`, field by field. Unknown fields are ignored. */
import { z } from 'zod';
import type { LaunchSettings } from '#contracts/operations/launch-settings.contract.ts';
import {
  accountFields,
  optionalBoolean,
  optionalCapacity,
  optionalCount,
  optionalText,
  optionalTexts,
  present,
} from './context-fields.ts';

const ContextBlockDevice = z.object({
  deviceName: optionalText,
  virtualName: optionalText,
  snapshotId: optionalText,
  size: optionalCount,
  volumeType: optionalText,
  iops: optionalCount,
  encrypted: optionalBoolean,
  deleteOnTermination: optionalBoolean,
});

export const DeployContext = z.object({
  ...accountFields,
  application: optionalText,
  stack: optionalText,
  freeFormDetails: optionalText,
  region: optionalText,
  availabilityZones: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
  amiName: optionalText,
  imageId: optionalText,
  instanceType: optionalText,
  capacity: optionalCapacity,
  useSourceCapacity: optionalBoolean,
  source: z
    .object({
      account: optionalText,
      region: optionalText,
      asgName: optionalText,
      serverGroupName: optionalText,
      useSourceCapacity: optionalBoolean,
    })
    .nullish(),
  sequence: optionalCount,
  ignoreSequence: optionalBoolean,
  startDisabled: optionalBoolean,
  suspendedProcesses: optionalTexts,
  enabledMetrics: optionalTexts,
  subnetType: optionalText,
  subnetIds: optionalTexts,
  associatePublicIpAddress: optionalBoolean,
  loadBalancers: optionalTexts,
  targetGroups: optionalTexts,
  securityGroups: optionalTexts,
  keyPair: optionalText,
  iamRole: optionalText,
  ebsOptimized: optionalBoolean,
  instanceMonitoring: optionalBoolean,
  requireIMDSv2: optionalBoolean,
  unlimitedCpuCredits: optionalBoolean,
  spotPrice: optionalText,
  base64UserData: optionalText,
  blockDevices: z.array(ContextBlockDevice).nullish(),
  healthCheckType: optionalText,
  healthCheckGracePeriod: optionalCount,
  cooldown: optionalCount,
  terminationPolicies: optionalTexts,
  capacityRebalance: optionalBoolean,
  tags: z.record(z.string(), z.coerce.string()).nullish(),
});
export type DeployContext = z.infer<typeof DeployContext>;

/** What instances are launched with, as far as the context says. */
export function launchSettingsOf(context: DeployContext, application: string): LaunchSettings {
  return present({
    image: context.amiName ?? context.imageId,
    instanceType: context.instanceType,
    keyPair: context.keyPair,
    iamRole: context.iamRole?.replaceAll('{{application}}', application),
    securityGroups: context.securityGroups,
    targetGroups: context.targetGroups,
    associatePublicIpAddress: context.associatePublicIpAddress,
    ebsOptimized: context.ebsOptimized,
    instanceMonitoring: context.instanceMonitoring,
    requireImdsV2: context.requireIMDSv2,
    unlimitedCpuCredits: context.unlimitedCpuCredits,
    spotPrice: context.spotPrice,
    userDataBase64: context.base64UserData,
    blockDevices: context.blockDevices?.map(({ size, deviceName, ...rest }) =>
      present({ ...rest, deviceName: deviceName ?? '', sizeGiB: size }),
    ),
    healthCheckType: context.healthCheckType,
    healthCheckGracePeriodSec: context.healthCheckGracePeriod,
    cooldownSec: context.cooldown,
    terminationPolicies: context.terminationPolicies,
    capacityRebalance: context.capacityRebalance,
    tags: context.tags ?? undefined,
  });
}
