/** Workers of activities on the bus in memory, without any actor: tasks go in, envelopes come out. */
import { ActivityTask } from '#contracts/activity-task.ts';
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { Topology } from '#contracts/topology.ts';
import type { Activity } from '#runtime/activity.ts';
import { ActivityWorker, type QueueLimits } from '#runtime/activity-worker.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode, type MemoryNode } from '#runtime/memory/memory-node-ports.ts';
import type { CrashPlan } from '#runtime/memory/node-life.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { silentEvents } from '#runtime/runtime-events.ts';
import { aRecord, aView, rootAddress } from './records.ts';

export const actor = rootAddress('orca', 'a');

type ShownActivity = {
  childId?: string;
  attempt: number;
  birth?: number;
  lastHeartbeat?: number;
  asyncUntilMs?: number;
};

type ShownActor = {
  updatedAtMs?: number | undefined;
  step?: number | undefined;
  status?: ActorRecord['status'] | undefined;
};

export function workerWorld(limits: Omit<QueueLimits, 'queue'> = { concurrency: 4 }) {
  const clock = new VirtualClock();
  const bus = new MemoryBus({ clock, topology: Topology.parse({ partitionsPerShard: 1 }) });
  const told: string[] = [];
  let shown: readonly ShownActivity[] = [];
  const dispatch = (overrides: Partial<ActivityTask> = {}): void => {
    const nowMs = clock.nowMs();
    const task = ActivityTask.parse({
      v: 1,
      actor,
      childId: 'call',
      birth: 1,
      name: 'call',
      queue: 'default',
      input: { n: 1 },
      attempt: 1,
      scheduledAtMs: nowMs,
      deadlineAtMs: nowMs + 3_600_000,
      startToCloseMs: 60_000,
      heartbeatMs: 0,
      ...overrides,
    });
    bus.queue('orca', 'default').add(`${task.name}-${task.attempt}`, task);
  };
  const store = (
    activities: readonly ShownActivity[],
    { updatedAtMs, step = 1, status = 'active' }: ShownActor = {},
  ): void => {
    shown = activities;
    const record = { ...aRecord(actor), step, status };
    const base = { childId: 'call', name: 'call', birth: 1, scheduledAtMs: 1, deadlineAtMs: 2 };
    const view = {
      ...aView(record),
      updatedAtMs: updatedAtMs ?? clock.nowMs(),
      activities: activities.map((activity) => ({ ...base, ...activity })),
    };
    bus.service('orca').records.set(actor, { record: JSON.stringify(record), view, revision: 1 });
  };
  return {
    clock,
    bus,
    /** What the workers tell about attempts, in short. */
    told,
    addWorker: async (
      activities: Record<string, Activity>,
      args: { node?: string; crashPlan?: CrashPlan } = {},
    ): Promise<{ worker: ActivityWorker; process: MemoryNode }> => {
      const process = memoryNode(bus, { service: 'orca', node: 'worker', ...args });
      const worker = new ActivityWorker({
        ...process.ports,
        queues: [{ queue: 'default', ...limits }],
        catalog: activities,
        inline: new Map(),
        events: {
          ...silentEvents,
          attemptStarted: ({ task, waitedMs }) => told.push(`started ${task.attempt} after ${waitedMs} ms`),
          attemptEnded: ({ task, failure }) => told.push(`ended ${task.attempt} ${failure?.code ?? 'well'}`),
          attemptDeferred: ({ task }) => told.push(`deferred ${task.attempt}`),
          attemptDropped: ({ task, reason }) => told.push(`dropped ${task.attempt} ${reason}`),
          attemptStillRunning: ({ task, graceMs }) =>
            told.push(`still running ${task.attempt} after ${graceMs} ms`),
        },
      });
      await worker.start();
      return { worker, process };
    },
    dispatch,
    /** A task of an activity of its own, which the actor shows beside those before it. */
    dispatchAwaited: (overrides: Partial<ActivityTask> = {}): void => {
      const { attempt = 1, birth = 1 } = overrides;
      const childId = `call-${shown.length}`;
      store([...shown, { childId, attempt, birth }]);
      dispatch({ ...overrides, childId });
    },
    arrived: (): (Envelope | null)[] => bus.service('orca').ingress.entries.map((entry) => entry.envelope),
    cancel: (birth: number): void => {
      for (const listener of bus.service('orca').cancelListeners) listener({ actor, childId: 'call', birth });
    },
    /** Stores what the actor shows of its one activity. */
    show: ({ updatedAtMs, step, status, ...activity }: ShownActivity & ShownActor): void =>
      store([activity], { updatedAtMs, step, status }),
  };
}

/** The one failure that arrived. */
export const failure = (code: string, kind: string) => [
  {
    kind: 'activity-result',
    to: actor,
    childId: 'call',
    birth: 1,
    attempt: 1,
    outcome: { status: 'failed', failure: { code, kind } },
  },
];
