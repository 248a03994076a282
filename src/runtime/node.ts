/** One process of a service: owns partitions, runs actors and activities. All state is on the bus; kill it any time. */
import type { ActivityCatalog } from './activity.ts';
import type { ActorDefinition } from './actor-definition.ts';
import { ActivityWorker, type QueueLimits } from './activity-worker.ts';
import type { Kernel } from './kernel/kernel.ts';
import { PartitionKeeper } from './partition-keeper.ts';
import type {
  ActivityQueues,
  Blobs,
  Clock,
  DirectAsks,
  Ingress,
  Logs,
  Membership,
  OwnershipStore,
  RateLimits,
  RecordStore,
  Replies,
  Views,
  StepOffers,
} from './ports.ts';
import { Registry } from './registry.ts';
import { offerSteps } from './step-answers.ts';
import { silentEvents, type RuntimeEvents } from './runtime-events.ts';

/** Everything a node needs from the outside. */
export type NodePorts = {
  clock: Clock;
  store: RecordStore;
  logs: Logs;
  membership: Membership;
  ownership: OwnershipStore;
  activityQueues: ActivityQueues;
  ingress: Ingress;
  replies: Replies;
  directAsks: DirectAsks;
  rateLimits: RateLimits;
  views: Pick<Views, 'read'>;
  blobs: Blobs;
  stepOffers: StepOffers;
};

export type NodeOptions = {
  /** Unique per process and start. */
  node: string;
  partitions: number;
  kernel: Kernel;
  definitions: readonly ActorDefinition[];
  activities: ActivityCatalog;
  /** Limit classes this node works on; their limits count over all replicas. */
  queues: readonly QueueLimits[];
  ports: NodePorts;
  /** Applied entries are forgotten so often, in milliseconds. Default 2,000. */
  purgeMs?: number;
  events?: RuntimeEvents;
};

export type RunningNode = {
  readonly node: string;
  readonly registry: Registry;
  /** Partitions owned now. */
  owned(): readonly number[];
  /** Entries read but not yet applied. */
  openCount(): number;
  /** Finishes what is in flight, gives everything back, leaves. */
  stop(options?: { graceMs?: number }): Promise<void>;
};

/** Starts a node. @throws RegistrationError before anything is touched. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const { ports } = options;
  const events = options.events ?? silentEvents;
  const registry = new Registry(options.kernel, options.definitions);
  const worker = new ActivityWorker({
    queues: options.queues,
    catalog: options.activities,
    inline: registry.inlineActivities(),
    ...ports,
    events,
  });
  const keeper = new PartitionKeeper({
    ...ports,
    node: options.node,
    partitions: options.partitions,
    kernel: options.kernel,
    registry,
    nearWorker: worker,
    ...(options.purgeMs === undefined ? {} : { purgeMs: options.purgeMs }),
    events,
  });
  // Offered before anything is owned, taken back after everything was given up: a version never seems to be gone.
  const offers = await offerSteps({ kernel: options.kernel, registry, stepOffers: ports.stepOffers });
  await keeper.start();
  await worker.start();
  return {
    node: options.node,
    registry,
    owned: () => keeper.owned,
    openCount: () => keeper.openCount,
    stop: async ({ graceMs = 10_000 } = {}) => {
      await worker.drain(graceMs);
      await keeper.leave();
      await offers.close();
    },
  };
}
