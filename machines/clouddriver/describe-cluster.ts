/** The operation `describeCluster`: reads the server groups of a cluster in each region, newest first. */
import type { JsonObject } from '#contracts/json.ts';
import type { ClusterTarget } from '#contracts/operations/launch-settings.contract.ts';
import type { ServerGroup } from '#contracts/server-group.ts';
import { resolveCluster } from './resolve/cluster-targets.ts';
import type { SagaDefinition } from './saga/saga-definition.ts';
import { stepsOf } from './saga/saga-step.ts';

type ClusterFacts = { serverGroups: ServerGroup[] };

const { read } = stepsOf<ClusterTarget, ClusterFacts>();

export const describeCluster: SagaDefinition<ClusterTarget, ClusterFacts> = {
  operation: 'describeCluster',
  resolve: resolveCluster,
  steps: [
    read('describeCluster', {
      activity: 'describeCluster',
      input: ({ target }) => target,
      record: (_, { serverGroups }) => ({ serverGroups }),
    }),
  ],
  outputs: (results) => {
    const all = results.flatMap(({ facts }) => facts.serverGroups ?? []);
    all.sort((one, other) => other.createdAtMs - one.createdAtMs || other.name.localeCompare(one.name));
    return { serverGroups: all as unknown as JsonObject[] };
  },
  label: (target) => target.cluster,
};
