/** Deployments on three NATS servers in containers. Needs a Docker engine: tools/docker-engine.sh brings one. */
import { describe, expect, it } from 'vitest';
import { campaign, CAMPAIGN_TIMEOUT_MS } from '#test/chaos/run-campaign.ts';

const CLUSTER = [
  ['--nats', 'containers'],
  ['--deployments', '5'],
  ['--kills', '6'],
  ['--server-every', '2'],
  ['--replicas', '2'],
].flat();

describe('deployments on a cluster of containers', () => {
  it(
    'none fails, is lost, doubled or orphaned when the leader is killed, cut off from its peers and paused',
    async () => {
      const result = await campaign(...CLUSTER);
      expect(result).toMatchObject({ streamReplicas: 3, failed: 0, lost: 0, doubled: 0, orphaned: 0 });
      expect(Object.keys(result.serverFaults).toSorted()).toEqual(['cut', 'kill', 'pause']);
    },
    CAMPAIGN_TIMEOUT_MS,
  );
});
