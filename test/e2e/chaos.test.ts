import { describe, expect, it } from 'vitest';
import { campaign, CAMPAIGN_TIMEOUT_MS as TIMEOUT_MS } from '#test/chaos/run-campaign.ts';

const CLUSTER = [
  ['--nats', 'processes'],
  ['--deployments', '5'],
  ['--kills', '6'],
  ['--server-every', '2'],
  ['--replicas', '2'],
].flat();

describe('deployments while everything is killed', () => {
  it(
    'none fails, is lost, doubled or orphaned when workers and the server are killed and one worker is frozen',
    async () => {
      const result = await campaign('--deployments', '6', '--kills', '11', '--replicas', '2');
      expect(result).toMatchObject({
        deployments: 6,
        failed: 0,
        lost: 0,
        doubled: 0,
        orphaned: 0,
        serverKills: 1,
        frozen: 1,
      });
    },
    TIMEOUT_MS,
  );

  it(
    'none fails, is lost, doubled or orphaned when the cloud throttles, fails and loses replies as well',
    async () => {
      const result = await campaign('--deployments', '4', '--kills', '4', '--replicas', '2', '--aws-faults');
      expect(result).toMatchObject({ deployments: 4, failed: 0, lost: 0, doubled: 0, orphaned: 0 });
    },
    TIMEOUT_MS,
  );

  it(
    'none fails, is lost, doubled or orphaned when the leader of three servers is killed, cut off and paused',
    async () => {
      const result = await campaign(...CLUSTER);
      expect(result).toMatchObject({ streamReplicas: 3, failed: 0, lost: 0, doubled: 0, orphaned: 0 });
      expect(Object.keys(result.serverFaults).toSorted()).toEqual(['cut', 'kill', 'pause']);
    },
    TIMEOUT_MS,
  );
});
