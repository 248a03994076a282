/** A node of a service on NATS: streams declared, ports bound, answering who it is. */
import type { Bus } from '#bus/connect.ts';
import { answerDescriptions } from '#bus/node-description.ts';
import { declareStreams } from '#bus/streams.ts';
import type { StatechartDescription } from '#contracts/statechart-description.ts';
import { partitionCount, type Topology } from '#contracts/topology.ts';
import type { ActivityCatalog } from '../activity.ts';
import type { QueueLimits } from '../activity-worker.ts';
import type { ActorDefinition } from '../actor-definition.ts';
import { createKernel } from '../kernel/xstate5-kernel.ts';
import { probeDefinition } from '../probe-actor.ts';
import { startNode, type RunningNode } from '../node.ts';
import type { RuntimeEvents } from '../runtime-events.ts';
import { systemClock } from '../system-clock.ts';
import { keepObjectsYoung } from '../young-objects.ts';
import { jetStreamNodePorts } from './jetstream-node-ports.ts';
import { storeStatecharts } from './jetstream-statecharts.ts';

const STORE_TRIES_MAX = 10;
const STORE_RETRY_MS = 300;

export type JetStreamNodeOptions = {
  bus: Bus;
  topology: Topology;
  service: string;
  /** Unique per process and start. */
  node: string;
  definitions: readonly ActorDefinition[];
  activities: ActivityCatalog;
  queues: readonly QueueLimits[];
  events?: RuntimeEvents;
};

/** Also tunes V8 for this process: see {@link keepObjectsYoung}. */
export async function startJetStreamNode(options: JetStreamNodeOptions): Promise<RunningNode> {
  const { bus, topology, service, node } = options;
  keepObjectsYoung();
  await declareStreams(bus, topology);
  const kernel = createKernel();
  const running = await startNode({
    node,
    partitions: partitionCount(topology),
    kernel,
    definitions: [...options.definitions, probeDefinition],
    activities: options.activities,
    queues: options.queues,
    ports: jetStreamNodePorts({ bus, topology, service, node }),
    ...(options.events ? { events: options.events } : {}),
  });
  const described = running.registry
    .all()
    .filter(({ definition }) => definition !== probeDefinition)
    .map((registered) => kernel.describe(registered));
  await tryToStore(options, described);
  const startedAtMs = Date.now();
  const definitions = running.registry
    .all()
    .map(({ definition: { type, version }, hash }) => ({ type, version, hash }));
  const actorTypes = definitions.map(({ type, version }) => `${type}@${version}`);
  answerDescriptions(bus, service, () => ({
    service,
    node,
    pid: process.pid,
    startedAtMs,
    owned: [...running.owned()],
    open: running.openCount(),
    actorTypes,
    definitions,
  }));
  return running;
}

/** Viewers need them, actors do not: a node runs also when they could not be stored. */
async function tryToStore(
  { bus, topology, service, events }: JetStreamNodeOptions,
  descriptions: readonly StatechartDescription[],
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await storeStatecharts(bus, { service, replicas: topology.replicas, descriptions });
    } catch (error) {
      if (attempt >= STORE_TRIES_MAX) return events?.failed({ error });
      await systemClock.sleep(STORE_RETRY_MS);
    }
  }
}
