import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '#runtime/ports.ts';
import { parseAccounts } from '#services/clouddriver/accounts.ts';
import { DEPLOY, resultOf, startCloudWorld, type CloudWorld } from './cloud-world.ts';

let cloud: CloudWorld | undefined;
afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
});

/** Real time, but waits take none; how long they would have been is noted. */
function impatientClock(): Clock & { waitedMs: () => number } {
  let waitedMs = 0;
  return {
    nowMs: () => Date.now(),
    sleep: async (delayMs) => {
      waitedMs += delayMs;
    },
    waitedMs: () => waitedMs,
  };
}

describe('accounts on AWS', () => {
  it('works in an account with the credentials of its role', async () => {
    const accounts = parseAccounts(
      'accounts: [{ name: other, accountId: "222222222222", assumeRole: role/windlass, regions: [us-east-1] }]',
      'accounts.yaml',
    );
    cloud = await startCloudWorld({ accounts });
    const run = await cloud.run('describeCluster', { credentials: 'other', cluster: 'payments' });

    expect(resultOf(run)).toMatchObject({ status: 'succeeded', outputs: { serverGroups: [] } });
    expect(await cloud.calls('AssumeRole')).toMatchObject([{ outcome: 'ok' }]);
    const [read] = await cloud.calls('DescribeAutoScalingGroups');
    expect(read).toMatchObject({ account: '222222222222' });
  });

  it('assumes a role once for many calls', async () => {
    const accounts = parseAccounts(
      'accounts: [{ name: other, accountId: "222222222222", assumeRole: role/windlass, regions: [us-east-1, us-west-2] }]',
      'accounts.yaml',
    );
    cloud = await startCloudWorld({ accounts });
    for (let round = 0; round < 3; round += 1) {
      await cloud.run('describeCluster', { credentials: 'other', cluster: 'payments' });
    }

    expect(await cloud.calls('DescribeAutoScalingGroups')).toHaveLength(6);
    expect(await cloud.calls('AssumeRole')).toHaveLength(1);
  });
});

describe('rates on AWS', () => {
  it('keeps to the rate of the account, and slows down when AWS throttles', async () => {
    const calm = impatientClock();
    cloud = await startCloudWorld({ clock: calm, ratePerSecond: 5_000 });
    await cloud.begin();
    expect(resultOf(await cloud.run('createServerGroup', DEPLOY)).status).toBe('succeeded');
    const calmMs = calm.waitedMs();
    await cloud.close();

    const throttled = impatientClock();
    cloud = await startCloudWorld({ clock: throttled, ratePerSecond: 5 });
    await cloud.begin([{ fault: 'throttle', times: 6 }]);
    expect(resultOf(await cloud.run('createServerGroup', DEPLOY)).status).toBe('succeeded');

    expect(throttled.waitedMs()).toBeGreaterThan(calmMs);
    expect(await cloud.made('autoScalingGroup')).toHaveLength(1);
  });
});
