/** All that a Clouddriver process offers: actor types, activities, and the queues it serves. */
import type { CloudActivityName } from '#contracts/operations/cloud-activity.contract.ts';
import { activityQueueOf } from '#machines/clouddriver/activity-queue.ts';
import type { ActivityCatalog } from '#runtime/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import type { Clock, Rate } from '#runtime/ports.ts';
import type { CasStore } from '#runtime/rate-limits.ts';
import { accountDirectoryOf, type Account } from './accounts.ts';
import { createAutoScalingGroup } from './activities/create-auto-scaling-group.activity.ts';
import { createLaunchTemplate } from './activities/create-launch-template.activity.ts';
import { deleteAutoScalingGroup } from './activities/delete-auto-scaling-group.activity.ts';
import { deleteLaunchTemplate } from './activities/delete-launch-template.activity.ts';
import { deregisterTargets } from './activities/deregister-targets.activity.ts';
import { describeCluster } from './activities/describe-cluster.activity.ts';
import { describeServerGroup } from './activities/describe-server-group.activity.ts';
import { enableMetrics } from './activities/enable-metrics.activity.ts';
import { listCluster } from './activities/list-cluster.activity.ts';
import { registerTargets } from './activities/register-targets.activity.ts';
import { resolveImage } from './activities/resolve-image.activity.ts';
import { resolveNetwork } from './activities/resolve-network.activity.ts';
import { resolveSecurityGroups } from './activities/resolve-security-groups.activity.ts';
import { resolveTargetGroups } from './activities/resolve-target-groups.activity.ts';
import { resumeProcesses } from './activities/resume-processes.activity.ts';
import { setCapacity } from './activities/set-capacity.activity.ts';
import { suspendProcesses } from './activities/suspend-processes.activity.ts';
import { verifyServerGroup } from './activities/verify-server-group.activity.ts';
import type { CloudActivityDeps } from './activities/cloud-activity.ts';
import type { ClouddriverConfig } from './config.ts';
import { clouddriverDefinitions, type OperationTimings } from './definitions.ts';
import { createAwsProvider } from './providers/aws/aws-provider.ts';
import { createCloudRates, RATE_DEFAULT, type RateKey } from './cloud-rates.ts';

/** The part of the configuration that operations and activities need. */
export type CatalogConfig = Pick<ClouddriverConfig, 'accounts' | 'timeouts' | 'ratePerSecond'>;

export type ClouddriverDeps = {
  config: CatalogConfig;
  /** Shared by all replicas; `createMemoryCasStore()` when there is only one. */
  casStore: CasStore;
  clock: Clock;
  /** Waits of the machines; the defaults suit AWS. */
  timings?: OperationTimings;
};

export type ClouddriverCatalog = {
  definitions: ActorDefinition[];
  activities: ActivityCatalog;
  /** One for each account and region. */
  queues: string[];
  /** Closes connections to the cloud. */
  close: () => void;
};

export function createClouddriverCatalog({
  config,
  casStore,
  clock,
  timings,
}: ClouddriverDeps): ClouddriverCatalog {
  const { accounts } = config;
  const rateLimits = createCloudRates({ store: casStore, clock, rateOf: (key) => rateOf(config, key) });
  const { provider, close } = createAwsProvider({ accounts, timeouts: config.timeouts, rateLimits, clock });
  return {
    definitions: clouddriverDefinitions(accountDirectoryOf(accounts), timings),
    activities: activitiesOver({ provider }),
    queues: accounts.flatMap(({ name, regions }) =>
      regions.map((region) => activityQueueOf(name, region.name)),
    ),
    close,
  };
}

/** Every cloud activity by name; the compiler sees to it that none is missing. */
export function activitiesOver(deps: CloudActivityDeps): ActivityCatalog {
  const activities = {
    createAutoScalingGroup: createAutoScalingGroup(deps),
    createLaunchTemplate: createLaunchTemplate(deps),
    deleteAutoScalingGroup: deleteAutoScalingGroup(deps),
    deleteLaunchTemplate: deleteLaunchTemplate(deps),
    deregisterTargets: deregisterTargets(deps),
    describeCluster: describeCluster(deps),
    describeServerGroup: describeServerGroup(deps),
    enableMetrics: enableMetrics(deps),
    listCluster: listCluster(deps),
    registerTargets: registerTargets(deps),
    resolveImage: resolveImage(deps),
    resolveNetwork: resolveNetwork(deps),
    resolveSecurityGroups: resolveSecurityGroups(deps),
    resolveTargetGroups: resolveTargetGroups(deps),
    resumeProcesses: resumeProcesses(deps),
    setCapacity: setCapacity(deps),
    suspendProcesses: suspendProcesses(deps),
    verifyServerGroup: verifyServerGroup(deps),
  } satisfies Record<CloudActivityName, unknown>;
  return activities;
}

/** The account's own rate for the service, else its default, else the configured one. */
function rateOf({ accounts, ratePerSecond }: CatalogConfig, { account, service }: RateKey): Rate {
  const limits = accounts.find(({ name }) => name === account)?.rateLimits;
  const own = limits?.[service as keyof NonNullable<Account['rateLimits']>] ?? limits?.default;
  const perSecond = own?.perSecond ?? ratePerSecond;
  return {
    perSecond,
    burst: own?.burst ?? Math.max(1, Math.round((perSecond * RATE_DEFAULT.burst) / RATE_DEFAULT.perSecond)),
  };
}
