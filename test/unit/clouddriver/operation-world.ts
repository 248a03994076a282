/** What operation machines need in unit tests: accounts, requests, and a cloud where everything works. */
import type { Failure } from '#contracts/failure.ts';
import type { JsonObject } from '#contracts/json.ts';
import type { OperationRequest, OperationResult } from '#contracts/operation.ts';
import type { ServerGroupDetail } from '#contracts/operations/cloud-activity.contract.ts';
import type { AccountDirectory } from '#machines/clouddriver/account-directory.ts';
import { clouddriverDefinitions } from '#services/clouddriver/definitions.ts';
import { given, returns, type Mode, type Run } from '#test/support/machine-harness.ts';

export const ACCOUNTS: AccountDirectory = [
  {
    name: 'test',
    accountId: '123456789012',
    regions: [
      { name: 'us-east-1', availabilityZones: ['us-east-1a', 'us-east-1b'] },
      { name: 'us-east-2', availabilityZones: [] },
    ],
  },
];

export const DEFINITIONS = clouddriverDefinitions(ACCOUNTS);

export const CONTEXT: JsonObject = {
  credentials: 'test',
  application: 'shop',
  stack: 'web',
  amiName: 'ami-12345',
  instanceType: 't3.small',
  availabilityZones: { 'us-east-1': ['us-east-1a'] },
  capacity: { min: 1, max: 3, desired: 2 },
  targetGroups: ['shop-web'],
  securityGroups: ['shop'],
  startDisabled: true,
};

export function request(operation: string, context: JsonObject): OperationRequest {
  return {
    operation,
    application: 'shop',
    context,
    origin: { executionId: 'exec-1', stageRefId: '1', stageType: operation, user: 'ann' },
  };
}

export function serverGroup(name: string, more: Partial<ServerGroupDetail> = {}): ServerGroupDetail {
  return {
    account: 'test',
    region: 'us-east-1',
    name,
    cluster: 'shop-web',
    createdAtMs: 1_000,
    capacity: { min: 1, max: 4, desired: 3 },
    disabled: false,
    instances: [{ id: 'i-1', zone: 'us-east-1a', health: 'up' }],
    targetGroups: ['shop-web'],
    launchTemplateId: 'lt-0',
    launchTemplateName: `${name}-abc`,
    deleting: false,
    suspendedProcesses: [],
    draining: [],
    subnetIds: ['subnet-1'],
    zones: ['us-east-1a'],
    launch: { image: 'ami-old', instanceType: 't3.large', keyPair: 'ops', targetGroups: ['shop-web'] },
    ...more,
  };
}

const undone = returns({ outcome: 'undone' });
const unchanged = returns({ outcome: 'unchanged' });

/** A cloud that grants everything; v003 of the cluster exists. */
export const GRANTING = {
  listCluster: returns({ existing: [{ name: 'shop-web-v003', createdAtMs: 1_000 }] }),
  describeServerGroup: returns({ serverGroup: serverGroup('shop-web-v003') }),
  describeCluster: returns({ serverGroups: [] }),
  resolveImage: returns({ imageId: 'ami-12345', imageName: 'shop-1.0' }),
  resolveTargetGroups: returns({ targetGroupArns: ['arn:tg'] }),
  resolveNetwork: returns({ subnetIds: ['subnet-1'], zones: ['us-east-1a'], vpcId: 'vpc-1' }),
  resolveSecurityGroups: returns({ securityGroupIds: ['sg-123'] }),
  createLaunchTemplate: returns({ launchTemplateId: 'lt-1', version: '1' }),
  createAutoScalingGroup: returns({}),
  suspendProcesses: unchanged,
  resumeProcesses: unchanged,
  enableMetrics: returns({}),
  setCapacity: undone,
  registerTargets: returns({ outcome: 'undone', instanceIds: ['i-1'] }),
  deregisterTargets: returns({ outcome: 'undone', instanceIds: ['i-1'] }),
  verifyServerGroup: returns({}),
  deleteLaunchTemplate: undone,
  deleteAutoScalingGroup: undone,
};

export const DENIED: Failure = { code: 'AWS_ACCESS_DENIED', message: 'no', kind: 'terminal' };
export const LOST: Failure = { code: 'AWS_TIMEOUT', message: 'no answer', kind: 'unknown-outcome' };

/** Starts an operation over the granting cloud, with some answers replaced. */
export async function run(
  operation: OperationRequest,
  options: { mode?: Mode; activities?: object; others?: readonly (typeof DEFINITIONS)[number][] } = {},
): Promise<Run> {
  const definition = DEFINITIONS.find(({ type }) => type === operation.operation);
  if (!definition) throw new Error(`No definition for ${operation.operation}.`);
  return given(definition, {
    service: 'clouddriver',
    id: 'op-1',
    input: operation,
    activities: { ...GRANTING, ...options.activities },
    others: options.others ?? DEFINITIONS.filter(({ type }) => type === 'serverGroupNames'),
    ...(options.mode ? { mode: options.mode } : {}),
  });
}

export function resultOf(run: Run): OperationResult {
  return run.output() as unknown as OperationResult;
}
