/** Declares every stream of a deployment. Idempotent; any process may do it at any time. */
import { jetstreamManager, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream';
import {
  STREAM,
  activitySubjects,
  coreSubjects,
  deadSubjects,
  historySubjects,
  ingressSubjects,
  requestSubjects,
} from '#contracts/subjects.ts';
import type { Topology } from '#contracts/topology.ts';
import { JetStreamCode } from './bus-error.ts';
import type { Bus } from './connect.ts';
import { untilAnswered } from './until-answered.ts';

const SECOND_NS = 1_000_000_000;
const MINUTE_NS = 60 * SECOND_NS;
const DAY_NS = 24 * 60 * MINUTE_NS;
const HISTORY_BYTES_MAX = 4 * 1024 ** 3;
/** A process may start in the middle of an election, or beside others that declare the same. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 250;

/** What the server offers beyond the fields the client's types know. */
type StreamDeclaration = Partial<StreamConfig> & {
  name: string;
  allow_atomic?: boolean;
  allow_msg_schedules?: boolean;
  allow_msg_ttl?: boolean;
  persist_mode?: 'async';
};

/** @throws Error when a stream exists with settings that cannot be changed: the topology was another one. */
export async function declareStreams(bus: Bus, topology: Topology): Promise<void> {
  const manager = await untilAnswered(bus, () => jetstreamManager(bus, { timeout: 5_000 }));
  for (const service of topology.services) {
    await Promise.all(
      range(topology.shards).map((shard) => declare(manager, coreStream({ service, shard, topology }))),
    );
  }
  await Promise.all(topology.services.map((service) => declare(manager, ingressStream(service, topology))));
  await Promise.all(topology.services.map((service) => declare(manager, activityStream(service, topology))));
  await declare(manager, requestStream(topology));
  await declare(manager, deadStream(topology));
  await declare(manager, historyStream(topology));
}

function coreStream(args: { service: string; shard: number; topology: Topology }): StreamDeclaration {
  const { service, shard, topology } = args;
  const subjects = coreSubjects(service, shard);
  return {
    name: STREAM.core(service, shard),
    subjects: subjects.all,
    retention: 'limits',
    storage: 'file',
    num_replicas: topology.replicas,
    // One message per subject: a KV bucket. Mailbox subjects are unique, so nothing there is ever replaced.
    max_msgs_per_subject: 1,
    duplicate_window: 2 * MINUTE_NS,
    allow_direct: true,
    allow_atomic: true,
    allow_msg_schedules: true,
    allow_msg_ttl: true,
    allow_rollup_hdrs: true,
    republish: { src: subjects.viewSource, dest: subjects.viewTarget, headers_only: true },
    metadata: {
      'windlass.shards': String(topology.shards),
      'windlass.partitions': String(topology.partitionsPerShard),
    },
  };
}

/** Commands, and results of activities. No schedules: whoever may write here can touch nothing else. */
function ingressStream(service: string, topology: Topology): StreamDeclaration {
  const subjects = ingressSubjects(service);
  return {
    name: STREAM.ingress(service),
    subjects: [subjects.all],
    retention: 'limits',
    storage: 'file',
    num_replicas: topology.replicas,
    duplicate_window: 10 * MINUTE_NS,
    max_age: 7 * DAY_NS,
    // Its readers go on while the cluster can make no consumer.
    allow_direct: true,
    // A client with much to say says it in groups.
    allow_atomic: true,
  };
}

function activityStream(service: string, topology: Topology): StreamDeclaration {
  return {
    name: STREAM.activities(service),
    retention: 'workqueue',
    storage: 'file',
    num_replicas: topology.replicas,
    subjects: [activitySubjects(service).all],
    // The relay names each task: what it sends twice after a crash is stored once.
    duplicate_window: 10 * MINUTE_NS,
  };
}

/** What users ask for. `no_ack`: the intake answers, and its answer is the one a requester should see. */
function requestStream(topology: Topology): StreamDeclaration {
  return {
    name: STREAM.requests,
    subjects: [requestSubjects.all],
    retention: 'workqueue',
    storage: 'file',
    num_replicas: topology.replicas,
    no_ack: true,
    // Request ids are compared by the intake, which answers a repeated one; the stream would drop it in silence.
    duplicate_window: SECOND_NS / 10,
  };
}

function deadStream(topology: Topology): StreamDeclaration {
  return {
    name: STREAM.dead,
    subjects: [deadSubjects.all],
    retention: 'limits',
    storage: 'file',
    num_replicas: topology.replicas,
    max_age: 30 * DAY_NS,
  };
}

/** Bounded on every side. Nobody waits for it to be on disk: what a crash takes is shown as a gap. */
function historyStream(topology: Topology): StreamDeclaration {
  return {
    name: STREAM.history,
    subjects: [historySubjects.all],
    retention: 'limits',
    storage: 'file',
    num_replicas: topology.replicas,
    no_ack: true,
    discard: 'old',
    max_age: 7 * DAY_NS,
    max_msgs_per_subject: 1_000,
    max_bytes: HISTORY_BYTES_MAX,
    // The server offers it for a stream without copies only.
    ...(topology.replicas === 1 ? { persist_mode: 'async' as const } : {}),
  };
}

async function declare(manager: JetStreamManager, declaration: StreamDeclaration): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await addOrUpdate(manager, declaration);
      return;
    } catch (error) {
      if (error instanceof StreamMismatch || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

async function addOrUpdate(manager: JetStreamManager, declaration: StreamDeclaration): Promise<void> {
  try {
    await manager.streams.add(declaration as StreamConfig);
  } catch (error) {
    if ((error as { code?: number }).code !== JetStreamCode.streamNameInUse) throw error;
    await update(manager, declaration);
  }
}

/** The stream was made for another topology: trying again cannot help. */
class StreamMismatch extends Error {
  override readonly name = 'StreamMismatch';
  readonly code = 'STREAM_MISMATCH';
}

async function update(manager: JetStreamManager, declaration: StreamDeclaration): Promise<void> {
  const { config } = await manager.streams.info(declaration.name);
  for (const [key, wanted] of Object.entries(declaration.metadata ?? {})) {
    const stored = config.metadata?.[key];
    if (stored !== undefined && stored !== wanted) {
      throw new StreamMismatch(
        `Stream ${declaration.name} was made with ${key}=${stored}, this process wants ${wanted}. ` +
          'Shards and partitions are fixed at the first start: use the stored number.',
      );
    }
  }
  await manager.streams.update(declaration.name, declaration as StreamConfig);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
