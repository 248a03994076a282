import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  AccountsError,
  accountDirectoryOf,
  DEMO_ACCOUNTS,
  parseAccounts,
} from '#services/clouddriver/accounts.ts';
import { readClouddriverConfig } from '#services/clouddriver/config.ts';
import { roleArnOf } from '#services/clouddriver/providers/aws/aws-credentials.ts';
import { activityQueueOf } from '#machines/clouddriver/activity-queue.ts';

const GOOD = `
accounts:
  - name: prod
    accountId: "012345678901"
    assumeRole: role/windlass
    externalId: abc
    regions:
      - us-east-1
      - name: us-west-2
        availabilityZones: [us-west-2a]
    defaultKeyPair: ops
    rateLimits:
      default: { perSecond: 20 }
      ec2: { perSecond: 5, burst: 5 }
`;

function faultsOf(text: string): readonly string[] {
  try {
    parseAccounts(text, 'accounts.yaml');
  } catch (error) {
    if (error instanceof AccountsError) return error.faults;
    throw error;
  }
  return [];
}

describe('the accounts file', () => {
  it('is read from YAML and from JSON alike', () => {
    const fromYaml = parseAccounts(GOOD, 'a.yaml');
    expect(fromYaml).toMatchObject([
      {
        name: 'prod',
        accountId: '012345678901',
        provider: 'aws',
        sessionName: 'Windlass',
        regions: [
          { name: 'us-east-1', availabilityZones: [] },
          { name: 'us-west-2', availabilityZones: ['us-west-2a'] },
        ],
      },
    ]);
    expect(parseAccounts(JSON.stringify({ accounts: fromYaml }), 'a.json')).toEqual(fromYaml);
  });

  it('of the containers is one that can be used', () => {
    expect(parseAccounts(readFileSync('deploy/accounts.yaml', 'utf8'), 'deploy/accounts.yaml')).toHaveLength(
      1,
    );
  });

  it.each([
    ['accounts:\n  - name: prod\n    accountId: 12\n    regions: [a]\n', 'line 3, accounts[0].accountId:'],
    [
      'accounts:\n  - name: prod\n    accountId: "012345678901"\n    regions: []\n',
      'line 4, accounts[0].regions: name at least one region',
    ],
    [
      'accounts:\n  - name: "p q"\n    accountId: "012345678901"\n    regions: [a]\n',
      'line 2, accounts[0].name: an account name has',
    ],
    ['accounts:\n  - name: prod\n    acountId: "012345678901"\n    regions: [a]\n', 'accounts[0]'],
    ['accounts: []\n', 'line 1, accounts: name at least one account'],
  ])('names line and field of a fault: %j', (text, expected) => {
    expect(faultsOf(text).join('\n')).toContain(expected);
  });

  it('refuses text that is not YAML, and names used twice', () => {
    expect(faultsOf('accounts: [')).not.toEqual([]);
    const account = '{ name: a, accountId: "012345678901", regions: [r] }';
    expect(faultsOf(`accounts: [${account}, ${account}]`)).toEqual([
      "accounts: the name 'a' is used twice; names must differ",
    ]);
  });

  it('tells machines names and places, no credentials', () => {
    expect(accountDirectoryOf(parseAccounts(GOOD, 'a.yaml'))).toEqual([
      {
        name: 'prod',
        accountId: '012345678901',
        defaultKeyPair: 'ops',
        regions: [
          { name: 'us-east-1', availabilityZones: [] },
          { name: 'us-west-2', availabilityZones: ['us-west-2a'] },
        ],
      },
    ]);
  });

  it('makes a role name an ARN of the account and leaves an ARN alone', () => {
    const [account] = parseAccounts(GOOD, 'a.yaml');
    if (!account) throw new Error('No account.');
    expect(roleArnOf(account)).toBe('arn:aws:iam::012345678901:role/windlass');
    expect(roleArnOf({ ...account, assumeRole: 'arn:aws:iam::1:role/x' })).toBe('arn:aws:iam::1:role/x');
  });
});

describe('the configuration', () => {
  it('uses the demo account when no file is given', () => {
    expect(readClouddriverConfig({}).accounts).toEqual(DEMO_ACCOUNTS);
  });

  it('reads the file that is named and says so when it cannot', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'windlass-')), 'accounts.yaml');
    writeFileSync(file, GOOD);
    expect(readClouddriverConfig({ WINDLASS_ACCOUNTS_FILE: file }).accounts).toMatchObject([
      { name: 'prod' },
    ]);
    expect(() => readClouddriverConfig({ WINDLASS_ACCOUNTS_FILE: '/nowhere' })).toThrow(
      /\/nowhere.*cannot be read/,
    );
  });

  it('names a setting that is wrong', () => {
    expect(() => readClouddriverConfig({ WINDLASS_AWS_REQUEST_TIMEOUT_MS: 'soon' })).toThrow(
      /WINDLASS_AWS_REQUEST_TIMEOUT_MS/,
    );
  });
});

describe('activity queues', () => {
  it('are subject tokens of at most 64 characters, one for each account and region', () => {
    const places = [
      ['test', 'us-east-1'],
      ['te.st', 'us-east-1'],
      ['a'.repeat(40), `us-${'b'.repeat(60)}`],
      ['a'.repeat(40), `us-${'b'.repeat(61)}`],
    ] as const;
    const queues = places.map(([account, region]) => activityQueueOf(account, region));
    expect(queues[0]).toBe('test_us-east-1');
    expect(queues.filter((queue) => !/^[A-Za-z0-9_-]{1,64}$/.test(queue))).toEqual([]);
    expect(new Set(queues).size).toBe(queues.length);
  });
});
