/** Deployments while every kind of fault hits every kind of call: nothing lost, doubled or left behind. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEPLOY, resultOf, startCloudWorld, type CloudWorld, type Fault } from './cloud-world.ts';

let cloud: CloudWorld;
beforeAll(async () => {
  cloud = await startCloudWorld();
});
afterAll(() => cloud.close());

const WEATHER: Fault[] = [
  { fault: 'throttle', probability: 0.1 },
  { fault: 'reset-after', probability: 0.08 },
  { fault: 'reset-before', probability: 0.05 },
  { fault: 'error-500', probability: 0.05, afterEffect: true },
  { fault: 'error-503', probability: 0.05 },
];
const SEEDS = [1, 2, 3, 4, 5, 6];
const V001 = { credentials: 'test', region: 'us-east-1', serverGroupName: 'payments-v001' };

async function living(kind: string): Promise<string[]> {
  return (await cloud.made(kind)).filter(({ endedAtMs }) => endedAtMs === undefined).map(({ id }) => id);
}

describe('operations in bad weather', () => {
  it.each(SEEDS)('make, disable and destroy a server group exactly once (seed %i)', async (seed) => {
    await cloud.begin();
    await cloud.arm(WEATHER, seed);

    expect(resultOf(await cloud.run('createServerGroup', DEPLOY)).status).toBe('succeeded');
    expect(await living('autoScalingGroup')).toEqual(['payments-v001']);
    expect(await living('launchTemplate')).toHaveLength(1);
    expect(await cloud.made('autoScalingGroup')).toHaveLength(1);
    expect(await cloud.made('launchTemplate')).toHaveLength(1);

    expect(resultOf(await cloud.run('disableServerGroup', V001)).status).toBe('succeeded');
    expect(resultOf(await cloud.run('destroyServerGroup', V001)).status).toBe('succeeded');
    const gone = await cloud.run('awaitServerGroup', { ...V001, condition: 'absent' });
    expect(resultOf(gone).status).toBe('succeeded');
    expect(await living('autoScalingGroup')).toEqual([]);
    expect(await living('launchTemplate')).toEqual([]);
  });

  it.each(SEEDS)('leave nothing behind of a deployment that cannot be finished (seed %i)', async (seed) => {
    await cloud.begin();
    await cloud.arm(WEATHER, seed);
    const run = await cloud.run('createServerGroup', { ...DEPLOY, suspendedProcesses: ['NoSuchProcess'] });

    expect(resultOf(run).status).toBe('compensated');
    expect(await living('autoScalingGroup')).toEqual([]);
    expect(await living('launchTemplate')).toEqual([]);
    expect(await living('instance')).toEqual([]);
  });
});
