/** Deploys several clusters at once: one createServerGroup stage per cluster and region, all in parallel. */
import type { JsonObject } from '#contracts/json.ts';
import { hasExpression } from '../expressions.ts';
import { placeOf, type Problem } from '../problem.ts';
import { groupsByRegion, regionsIn } from '../server-group-targets.ts';
import { objectOf, objectsOf, textOf, without } from '../stage-context.ts';
import { contextProblem } from '../stage-problems.ts';
import type { StageType, SyntheticStage } from '../stage-type.ts';
import { createServerGroupStage } from './create-server-group.ts';

const CREATE = 'createServerGroup';

export const deployStage: StageType = {
  type: 'deploy',
  validate: (context) => {
    const clusters = context['clusters'];
    if (hasExpression(clusters) && !Array.isArray(clusters)) return [];
    const list = clustersOf(context);
    if (list.length === 0) {
      return [
        contextProblem(
          'clusters',
          `'clusters' names no cluster.`,
          `List at least one cluster in 'clusters'.`,
        ),
      ];
    }
    return list.flatMap((cluster, index) => clusterProblems({ ...shared(context), ...cluster }, index));
  },
  before: (context) => ({
    order: 'parallel',
    stages: clustersOf(context.own).flatMap((cluster) => stagesOf({ ...shared(context.own), ...cluster })),
  }),
  tasks: () => [
    {
      name: 'completeParallelDeploy',
      kind: 'result',
      run: (context) => {
        const targets = context.created.map((key) => {
          const [account = '', region = '', name = ''] = key.split(':');
          return { account, region, name };
        });
        const created = {
          'deploy.server.groups': groupsByRegion(targets),
          ...(targets[0] === undefined ? {} : { 'deploy.account.name': targets[0].account }),
        };
        return { status: 'SUCCEEDED', context: created, outputs: targets.length > 0 ? created : {} };
      },
    },
  ],
};

function clustersOf(context: JsonObject): JsonObject[] {
  const list = objectsOf(context['clusters']);
  const single = objectOf(context['cluster']);
  return single === undefined ? list : [...list, single];
}

/** What all clusters of the stage have in common; the stage's own timer covers its children. */
function shared(context: JsonObject): JsonObject {
  return without(context, ['clusters', 'cluster', 'stageTimeoutMs']);
}

function stagesOf(context: JsonObject): SyntheticStage[] {
  const regions = regionsIn(context);
  const zones = objectOf(context['availabilityZones']);
  const many = regions.length > 1;
  return (many ? regions : [regions[0] ?? '']).map((region) => ({
    type: CREATE,
    name: region === '' ? 'Deploy' : `Deploy in ${region}`,
    context: {
      ...context,
      ...(many ? { region, regions: [region] } : {}),
      ...(many && zones ? { availabilityZones: { [region]: zones[region] ?? [] } } : {}),
      ...(textOf(context['account']) && !textOf(context['credentials'])
        ? { credentials: context['account'] ?? '' }
        : {}),
    },
  }));
}

function clusterProblems(cluster: JsonObject, index: number): Problem[] {
  const base = placeOf('clusters', index);
  const problems = createServerGroupStage.validate?.(cluster) ?? [];
  return problems.map((problem) => ({ ...problem, place: placeOf(base, problem.place) }));
}
