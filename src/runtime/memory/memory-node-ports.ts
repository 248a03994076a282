/**
 * All ports of a node on the bus in memory. A node can be killed at any port call.
 */
import { ActorRecord } from '#contracts/actor-record.ts';
import { Envelope } from '#contracts/envelope.ts';
import type { NodePorts } from '../node.ts';
import type { Clock, LogEntry, PartitionOwner } from '../ports.ts';
import { CommitConflict } from '../runtime-error.ts';
import type { MemoryBus } from './memory-bus.ts';
import { memoryDirectAsks } from './memory-direct-asks.ts';
import { sharedPorts } from './memory-shared-ports.ts';
import { memoryStepOffers } from './memory-step-offers.ts';
import { never, NodeLife, NOTICE_MS, type MemoryNodeOptions } from './node-life.ts';

export type MemoryNode = {
  ports: NodePorts;
  /** Kill -9. Peers notice after `noticeAfterMs`. */
  kill(noticeAfterMs?: number): void;
  readonly alive: boolean;
  /** Resolves when the process is dead. */
  readonly died: Promise<void>;
};

export function memoryNode(bus: MemoryBus, args: MemoryNodeOptions): MemoryNode {
  const life = new NodeLife({ bus, ...args });
  return {
    ports: portsOf(life),
    kill: (noticeAfterMs = NOTICE_MS) => life.kill(noticeAfterMs),
    get alive() {
      return life.alive;
    },
    died: life.died,
  };
}

function portsOf(life: NodeLife): NodePorts {
  const { bus, service } = life;
  const home = bus.service(service);
  const clock: Clock = {
    nowMs: () => bus.clock.nowMs() + life.skewMs,
    sleep: async (delayMs, signal) => {
      await bus.clock.sleep(delayMs, signal);
      await life.running();
      return life.alive ? undefined : never();
    },
  };
  return {
    clock,
    store: storeOf(life),
    logs: logsOf(life),
    membership: membershipOf(life),
    ownership: ownershipOf(life),
    activityQueues: {
      consume: ({ queue, concurrency }, onTask) =>
        life.call('activityQueues.consume', () =>
          life.hold(
            bus.queue(service, queue).consume({
              node: life.node,
              concurrency,
              onTask: (task, delivery) =>
                life.running().then(() => (life.alive ? onTask(task, delivery) : never())),
            }),
          ),
        ),
      onCancel: (callback) =>
        life.call('activityQueues.onCancel', () => {
          home.cancelListeners.add(callback);
          return life.hold(() => home.cancelListeners.delete(callback));
        }),
    },
    ingress: {
      send: (envelope) => {
        const act = (): void => void bus.deliver(Envelope.parse(envelope));
        return life.call('ingress.send', act, { again: act });
      },
    },
    replies: {
      reply: (to, answer) => {
        if (life.alive) bus.reply(to, answer);
      },
    },
    directAsks: memoryDirectAsks(life),
    stepOffers: memoryStepOffers(home.stepOffers, { life, clock: bus.clock }),
    ...sharedPorts({ bus, clock, call: (name, act) => life.call(name, act) }),
  };
}

function storeOf(life: NodeLife): NodePorts['store'] {
  const { bus, service } = life;
  const home = bus.service(service);
  return {
    load: (address) =>
      life.call(
        'store.load',
        () => {
          const stored = bus.stored(service, address);
          return stored
            ? { record: ActorRecord.parse(JSON.parse(stored.record)), revision: stored.revision }
            : null;
        },
        'fails',
      ),
    commit: (commit) => {
      // The stored record tells whether the step is done, unless somebody has committed another one since.
      const again = (revision: number): number => {
        const { address } = commit.record;
        if (home.records.get(address)?.revision !== revision) throw new CommitConflict(address);
        return revision;
      };
      return life.call('store.commit', () => bus.commit(service, commit), { again });
    },
  };
}

function logsOf(life: NodeLife): NodePorts['logs'] {
  const { bus } = life;
  const home = bus.service(life.service);
  return {
    read: (partitions, onEntry, onNearMark) =>
      life.call('logs.read', () => {
        const wanted = new Set(partitions);
        const closers = [home.mailbox, home.ingress].map((log) => {
          const channel = life.channel<LogEntry>((entry) => onEntry(asRead(entry)));
          const reader = (entry: LogEntry): void => {
            if (wanted.has(entry.partition)) channel.send(entry);
          };
          for (const entry of log.entries) reader(entry);
          log.readers.add(reader);
          return () => log.readers.delete(reader);
        });
        if (onNearMark) closers.push(home.near.read(life, { wanted, onNearMark }));
        return life.hold(() => {
          for (const close of closers) close();
        });
      }),
    newestIngress: (partition) =>
      life.call('logs.newestIngress', () => {
        const newest = home.ingress.entries.findLast((entry) => entry.partition === partition);
        return newest?.sequence ?? 0;
      }),
    purge: ({ log, partition, belowSequence }) =>
      life.call('logs.purge', () => bus.purge(life.service, { log, partition, belowSequence }), 'fails'),
    park: (entry, reason) => life.call('logs.park', () => bus.park(life.service, { entry, reason }), 'fails'),
  };
}

/** A reader's own copy, made from the stored bytes. */
function asRead(entry: LogEntry): LogEntry {
  return entry.envelope === null ? { ...entry } : { ...entry, envelope: JSON.parse(entry.raw) as Envelope };
}

function membershipOf(life: NodeLife): NodePorts['membership'] {
  const { bus, service, node } = life;
  return {
    join: (_node, onChange) =>
      life.call('membership.join', () => {
        const members = bus.members.get(service) ?? new Map<string, (nodes: readonly string[]) => void>();
        bus.members.set(service, members);
        const channel = life.channel(onChange);
        members.set(node, (nodes) => channel.send(nodes));
        for (const tell of members.values()) tell([...members.keys()].toSorted());
      }),
    leave: () => life.call('membership.leave', () => life.leaveMembers()),
  };
}

function ownershipOf(life: NodeLife): NodePorts['ownership'] {
  const { bus } = life;
  const home = bus.service(life.service);
  const put = (args: { partition: number; node: string | null; expected: number }) =>
    bus.own(life.service, args);
  return {
    watch: (onOwner) =>
      life.call('ownership.watch', () => {
        const channel = life.channel(onOwner);
        const watcher = (owner: PartitionOwner): void => channel.send(owner);
        for (const owner of home.owners.values()) watcher(owner);
        home.ownerWatchers.add(watcher);
        return life.hold(() => home.ownerWatchers.delete(watcher));
      }),
    claim: ({ partition, node, seenEpoch }) =>
      // Whether it went through is seen by the watch.
      life.call('ownership.claim', () => put({ partition, node, expected: seenEpoch }), { instead: null }),
    currentEpoch: (partition) =>
      life.call('ownership.currentEpoch', () => home.owners.get(partition)?.epoch ?? 0, 'fails'),
    isOwned: ({ partition, epoch }) =>
      life.call('ownership.isOwned', () => home.owners.get(partition)?.epoch === epoch, 'fails'),
    release: ({ partition, epoch }) =>
      life.call('ownership.release', () => void put({ partition, node: null, expected: epoch }), {
        instead: undefined,
      }),
  };
}
