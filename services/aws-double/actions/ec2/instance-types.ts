/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html */
import { AwsError } from '../../wire/aws-error.ts';
import { items } from '../../wire/response-xml.ts';
import type { Action } from '../action.ts';

interface InstanceType {
  readonly name: string;
  readonly cpuCount: number;
  readonly memoryMiB: number;
  readonly architecture: 'x86_64' | 'arm64';
}

const SIZES = [
  ['nano', 2, 0.5],
  ['micro', 2, 1],
  ['small', 2, 2],
  ['medium', 2, 4],
  ['large', 2, 8],
  ['xlarge', 4, 16],
  ['2xlarge', 8, 32],
  ['4xlarge', 16, 64],
] as const;

/** The families a deployment is likely to name; `large` and up for all, smaller ones for the burstable. */
const FAMILIES = [
  ['t2', 'x86_64', 'nano'],
  ['t3', 'x86_64', 'nano'],
  ['t3a', 'x86_64', 'nano'],
  ['t4g', 'arm64', 'nano'],
  ['m1', 'x86_64', 'small'],
  ['m3', 'x86_64', 'medium'],
  ['m4', 'x86_64', 'large'],
  ['m5', 'x86_64', 'large'],
  ['m6i', 'x86_64', 'large'],
  ['m6g', 'arm64', 'medium'],
  ['m7g', 'arm64', 'medium'],
  ['c5', 'x86_64', 'large'],
  ['c6i', 'x86_64', 'large'],
  ['c7g', 'arm64', 'medium'],
  ['r5', 'x86_64', 'large'],
  ['r6i', 'x86_64', 'large'],
] as const;

const TYPES: readonly InstanceType[] = FAMILIES.flatMap(([family, architecture, smallest]) =>
  SIZES.slice(SIZES.findIndex(([size]) => size === smallest)).map(([size, cpuCount, memoryGiB]) => ({
    name: `${family}.${size}`,
    cpuCount,
    memoryMiB: memoryGiB * 1024,
    architecture,
  })),
);

export function isInstanceType(name: string): boolean {
  return TYPES.some((type) => type.name === name);
}

export const describeInstanceTypes: Action = ({ params }) => {
  const names = params.texts('InstanceType');
  const unknown = names.filter((name) => !isInstanceType(name));
  if (unknown.length > 0) {
    throw new AwsError(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    );
  }
  return {
    instanceTypeSet: items(
      TYPES.filter((type) => names.length === 0 || names.includes(type.name)).map((type) => ({
        instanceType: type.name,
        currentGeneration: !/^(m1|m3)\./.test(type.name),
        burstablePerformanceSupported: type.name.startsWith('t'),
        supportedUsageClasses: items(['on-demand', 'spot']),
        supportedRootDeviceTypes: items(['ebs']),
        supportedVirtualizationTypes: items(['hvm']),
        processorInfo: { supportedArchitectures: items([type.architecture]) },
        vCpuInfo: { defaultVCpus: type.cpuCount },
        memoryInfo: { sizeInMiB: type.memoryMiB },
        ebsInfo: { ebsOptimizedSupport: 'default' },
      })),
    ),
  };
};
