/** Finds the image that a cluster runs, for the stages that deploy it elsewhere. */
import type { Json, JsonObject } from '#contracts/json.ts';
import type { OperationResult } from '#contracts/operation.ts';
import type { ServerGroup } from '#contracts/server-group.ts';
import { byAge } from '../cluster-selection.ts';
import { hasExpression } from '../expressions.ts';
import type { Problem } from '../problem.ts';
import {
  clusterOf,
  describeCluster,
  describedServerGroups,
  providerOf,
  regionsOf,
} from '../server-group-targets.ts';
import { flagOf, printed, textOf, type StageContext } from '../stage-context.ts';
import { contextProblem, requireOneOf, requireRegion } from '../stage-problems.ts';
import { StageFailed } from '../stage-failed.ts';
import type { StageType, TaskResult } from '../stage-type.ts';

/** From the server groups of a region, newest first. */
const STRATEGIES: Readonly<Record<string, (groups: readonly ServerGroup[]) => ServerGroup | undefined>> = {
  LARGEST: (groups) => groups.toSorted((left, right) => right.instances.length - left.instances.length)[0],
  NEWEST: (groups) => groups[0],
  OLDEST: (groups) => groups.at(-1),
  FAIL: (groups) => {
    if (groups.length <= 1) return groups[0];
    throw new StageFailed(
      'IMAGE_AMBIGUOUS',
      `Several server groups are possible: ${groups.map(({ name }) => name).join(', ')}. Choose a selectionStrategy other than FAIL.`,
    );
  },
};

export const findImageStage: StageType = {
  type: 'findImage',
  validate: (context) => [
    ...requireOneOf(context, ['cluster'], 'myapp-prod'),
    ...requireOneOf(context, ['credentials', 'account'], 'prod'),
    ...findImageProblems(context),
  ],
  tasks: () => [
    {
      name: 'findImage',
      kind: 'operations',
      operations: (context) => [
        describeCluster(context, { cluster: clusterOf(context), regions: regionsOf(context) }),
      ],
      onSuccess: bookImages,
    },
  ],
};

function bookImages(context: StageContext, results: readonly OperationResult[]): TaskResult {
  const onlyEnabled = flagOf(context.own['onlyEnabled']) ?? true;
  const found = byAge(describedServerGroups(results)).filter((group) => !onlyEnabled || !group.disabled);
  const choose = STRATEGIES[textOf(context.own['selectionStrategy']) ?? 'NEWEST'];
  const regions = regionsOf(context);
  const chosen = regions.map((region) => choose?.(found.filter((group) => group.region === region)));
  const template = chosen.find((group) => group !== undefined);
  const details = regions.map((region, index): JsonObject => {
    const group = chosen[index];
    if (group !== undefined) return detailOf(context, group);
    if (template?.imageName !== undefined && flagOf(context.own['resolveMissingLocations']) === true) {
      return { ...byNameOnly(context, template.imageName), region };
    }
    throw new StageFailed(
      'IMAGE_NOT_FOUND',
      `Could not find an image: the cluster '${clusterOf(context)}' has no ${onlyEnabled ? 'enabled ' : ''}server group in ${region}. Check cluster, account and regions, or set resolveMissingLocations.`,
    );
  });
  return {
    status: 'SUCCEEDED',
    context: { amiDetails: details, artifacts: details.map(artifactOf) },
    outputs: { amiDetails: details, deploymentDetails: details },
  };
}

function detailOf(context: StageContext, group: ServerGroup): JsonObject {
  const image = group.imageId ?? group.imageName;
  if (image === undefined) {
    throw new StageFailed(
      'IMAGE_NOT_FOUND',
      `The server group ${group.name} in ${group.region} names no image.`,
    );
  }
  return {
    ami: image,
    imageId: image,
    imageName: group.imageName ?? image,
    cloudProvider: providerOf(context),
    refId: context.start.refId,
    sourceServerGroup: group.name,
    region: group.region,
  };
}

/** Image ids differ between regions, names do not: Clouddriver looks the name up. */
function byNameOnly(context: StageContext, imageName: string): JsonObject {
  return {
    imageName,
    cloudProvider: providerOf(context),
    refId: context.start.refId,
    sourceServerGroup: clusterOf(context),
  };
}

function artifactOf(detail: JsonObject): Json {
  const { imageName = '', region = '', cloudProvider = '', sourceServerGroup = '', refId = '' } = detail;
  return {
    type: `${printed(cloudProvider)}/image`,
    name: imageName,
    location: region,
    reference: `${printed(cloudProvider)}/image`,
    metadata: { sourceServerGroup, refId },
  };
}

function findImageProblems(context: JsonObject): Problem[] {
  const problems = requireRegion(context);
  const strategy = context['selectionStrategy'];
  if (strategy !== undefined && !hasExpression(strategy) && !Object.hasOwn(STRATEGIES, printed(strategy))) {
    problems.push(
      contextProblem(
        'selectionStrategy',
        `There is no selection strategy ${JSON.stringify(strategy)}.`,
        `Use one of: ${Object.keys(STRATEGIES).join(', ')}.`,
      ),
    );
  }
  if (textOf(context['imageNamePattern']) !== undefined) {
    problems.push(
      contextProblem('imageNamePattern', `'imageNamePattern' is not supported.`, 'Leave it out.'),
    );
  }
  return problems;
}
