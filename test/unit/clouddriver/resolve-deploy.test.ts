import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#contracts/json.ts';
import type { AccountDirectory } from '#machines/clouddriver/account-directory.ts';
import { resolveDeploy } from '#machines/clouddriver/resolve/deploy-targets.ts';
import { request } from './operation-world.ts';

/** The account that Clouddriver's own integration tests configure. */
const ACCOUNTS: AccountDirectory = [
  {
    name: 'aws-account1',
    accountId: '123456789012',
    defaultKeyPair: 'ops',
    regions: [{ name: 'us-west-1', availabilityZones: ['us-west-1a', 'us-west-1b', 'us-west-1c'] }],
  },
];

/** Body of Clouddriver's basic integration test. */
const BASIC: JsonObject = {
  type: 'createServerGroup',
  account: 'aws_account',
  amiName: 'ami-12345',
  stack: 'myStack',
  application: 'myAwsApp',
  availabilityZones: { 'us-west-1': ['us-west-1a', 'us-west-1c'] },
  capacity: { desired: 1, max: 1, min: 1 },
  cloudProvider: 'aws',
  credentials: 'aws-account1',
  healthCheckType: 'EC2',
  iamRole: 'BaseInstanceProfile',
  instanceType: 'c3.large',
  legacyUdf: false,
};

function without(...fields: string[]): JsonObject {
  return Object.fromEntries(Object.entries(BASIC).filter(([field]) => !fields.includes(field)));
}

function resolve(context: JsonObject, clone = false) {
  return resolveDeploy(
    { ...request('createServerGroup', context), application: '' },
    { accounts: ACCOUNTS, clone },
  );
}

function errorsOf(context: JsonObject): unknown {
  const resolution = resolve(context);
  if (!('failure' in resolution)) throw new Error('The request was accepted.');
  return {
    code: resolution.failure.code,
    errors: (resolution.failure.details as { errors: string[] }).errors,
  };
}

describe('resolving a deployment', () => {
  it("turns the body of Clouddriver's basic test into a typed description", () => {
    expect(resolve(BASIC)).toEqual({
      targets: [
        {
          account: 'aws-account1',
          region: 'us-west-1',
          application: 'myAwsApp',
          stack: 'myStack',
          cluster: 'myAwsApp-myStack',
          zones: ['us-west-1a', 'us-west-1c'],
          launch: {
            image: 'ami-12345',
            instanceType: 'c3.large',
            keyPair: 'ops',
            iamRole: 'BaseInstanceProfile',
            healthCheckType: 'EC2',
          },
          capacity: { min: 1, max: 1, desired: 1 },
          useSourceCapacity: false,
          clone: false,
          ignoreSequence: false,
          startDisabled: false,
          suspendedProcesses: [],
          enabledMetrics: [],
        },
      ],
    });
  });

  it.each([
    ['amiName.empty', { ...without('amiName'), instanceType: 'm5.medium' }],
    ['application.empty', without('application')],
    ['availabilityZones.empty', { ...without('availabilityZones'), subnetType: 'internal' }],
    ['instanceType.empty', without('instanceType')],
    ['capacity.empty', without('capacity')],
    ['credentials.empty', without('credentials', 'account')],
    ['associatePublicIpAddress.subnetType.not.specified', { ...BASIC, associatePublicIpAddress: true }],
    ['capacity.transposed', { ...BASIC, capacity: { min: 2, max: 1, desired: 1 } }],
    ['desired.capacity.not.in.range', { ...BASIC, capacity: { min: 1, max: 2, desired: 3 } }],
    ['loadBalancers.classic.not.supported', { ...BASIC, loadBalancers: ['old'] }],
    ['availabilityZones.not.configured', { ...BASIC, availabilityZones: { 'us-west-1': ['us-west-1z'] } }],
    ['application.invalid', { ...BASIC, application: 'my app' }],
    ['capacity.desired.invalid', { ...BASIC, capacity: { min: 1, max: 2, desired: 'many' } }],
  ] satisfies [string, JsonObject][])('refuses with exactly one error that ends in %s', (suffix, context) => {
    expect(errorsOf(context)).toEqual({
      code: 'OPERATION_INVALID',
      errors: [`basicAmazonDeployDescription.${suffix}`],
    });
  });

  it('names the known accounts when the account is unknown', () => {
    expect(resolve({ ...without('account'), credentials: 'prod' })).toMatchObject({
      failure: { code: 'ACCOUNT_UNKNOWN', kind: 'terminal', details: { known: ['aws-account1'] } },
    });
  });

  it('names the known regions when the region is unknown', () => {
    expect(resolve({ ...BASIC, availabilityZones: { 'eu-west-1': [] } })).toMatchObject({
      failure: { code: 'REGION_UNKNOWN', details: { known: ['us-west-1'] } },
    });
  });

  it('refuses a source in a place it does not know', () => {
    const context = {
      ...BASIC,
      source: { account: 'elsewhere', region: 'us-west-1', asgName: 'myAwsApp-v001' },
    };
    expect(resolve(context)).toMatchObject({ failure: { code: 'ACCOUNT_UNKNOWN' } });
  });

  it('reads numbers written as text and treats empty strings as absent', () => {
    const context = {
      ...BASIC,
      capacity: { min: '1', max: '3', desired: '2' },
      stack: '',
      freeFormDetails: 'blue',
      spotPrice: '',
      keyPair: '',
      source: {},
    };
    expect(resolve(context)).toMatchObject({
      targets: [
        { cluster: 'myAwsApp--blue', capacity: { min: 1, max: 3, desired: 2 }, launch: { keyPair: 'ops' } },
      ],
    });
  });

  it('takes the cluster of a clone from its source', () => {
    const context = {
      credentials: 'aws-account1',
      source: { account: 'aws-account1', region: 'us-west-1', asgName: 'shop-web-blue-green-v012' },
    };
    expect(resolve(context, true)).toMatchObject({
      targets: [
        {
          region: 'us-west-1',
          application: 'shop',
          stack: 'web',
          detail: 'blue-green',
          cluster: 'shop-web-blue-green',
        },
      ],
    });
  });
});
