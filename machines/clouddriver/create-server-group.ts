/** The operations `createServerGroup` and `cloneServerGroup`: one new server group in each region named. */
import type { JsonObject } from '#contracts/json.ts';
import type { DeployTarget } from '#contracts/operations/launch-settings.contract.ts';
import type { DeployFacts } from './deploy-facts.ts';
import { FINDING_STEPS } from './deploy-finding-steps.ts';
import { MAKING_STEPS } from './deploy-making-steps.ts';
import { serverGroupNameOf } from './frigga.ts';
import { resolveDeploy } from './resolve/deploy-targets.ts';
import type { SagaDefinition } from './saga/saga-definition.ts';

type Deployed = { target: DeployTarget; facts: Partial<DeployFacts> };

export const createServerGroup: SagaDefinition<DeployTarget, DeployFacts> = {
  operation: 'createServerGroup',
  resolve: (request, accounts) => resolveDeploy(request, { accounts, clone: false }),
  steps: [...FINDING_STEPS, ...MAKING_STEPS],
  outputs: deployOutputs,
  label: deployLabel,
};

export const cloneServerGroup: SagaDefinition<DeployTarget, DeployFacts> = {
  ...createServerGroup,
  operation: 'cloneServerGroup',
  resolve: (request, accounts) => resolveDeploy(request, { accounts, clone: true }),
};

/** Clouddriver's result object, plus what later stages read from the context. */
function deployOutputs(results: readonly Deployed[]): JsonObject {
  const named = results.map(({ target, facts }) => ({ target, facts, name: facts.serverGroupName ?? '' }));
  const nameByRegion = Object.fromEntries(named.map(({ target, name }) => [target.region, name]));
  return {
    'deploy.server.groups': Object.fromEntries(named.map(({ target, name }) => [target.region, [name]])),
    'deploy.account.name': results[0]?.target.account ?? '',
    serverGroupNames: named.map(({ target, name }) => `${target.region}:${name}`),
    serverGroupNameByRegion: nameByRegion,
    deployedNames: named.map(({ name }) => name),
    ancestorServerGroupNameByRegion: Object.fromEntries(
      results.flatMap(({ target, facts }) =>
        facts.ancestor === undefined ? [] : [[target.region, facts.ancestor]],
      ),
    ),
    deployments: named.map(({ target, facts, name }) => ({
      cloudProvider: 'aws',
      account: target.account,
      location: target.region,
      serverGroupName: name,
      ...(facts.capacity ? { capacity: facts.capacity } : {}),
      ...(facts.imageId === undefined ? {} : { imageId: facts.imageId }),
      ...(facts.launchTemplateId === undefined ? {} : { launchTemplateId: facts.launchTemplateId }),
    })),
  };
}

/** The name a target is known by before its own name is reserved. */
function deployLabel(target: DeployTarget, facts: Partial<DeployFacts>): string {
  return (
    facts.serverGroupName ??
    (target.sequence === undefined ? target.cluster : serverGroupNameOf(target.cluster, target.sequence))
  );
}
