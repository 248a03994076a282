/** A deployment strategy: the stages that follow the creation of a server group, or clean up after its failure. */
import type { JsonObject } from '#contracts/json.ts';
import { accountOf, clusterIn, providerOf, regionsOf } from '../server-group-targets.ts';
import type { StageContext } from '../stage-context.ts';
import type { SyntheticStage } from '../stage-type.ts';

export type Strategy = {
  /** As users write it in `strategy`. */
  name: string;
  after: (context: StageContext) => SyntheticStage[];
};

/** What every cleaning stage of a strategy is told about the cluster. */
export function cleanupContext(context: StageContext): JsonObject {
  const regions = regionsOf(context);
  const [region = ''] = regions;
  const { moniker, interestingHealthProviderNames } = context.own;
  return {
    ...(regions.length === 1 ? { region } : { regions }),
    cloudProvider: providerOf(context),
    cluster: clusterIn(context.own, context.start.application),
    credentials: accountOf(context),
    ...(moniker === undefined ? {} : { moniker }),
    ...(interestingHealthProviderNames === undefined || interestingHealthProviderNames === null
      ? {}
      : { interestingHealthProviderNames }),
  };
}
