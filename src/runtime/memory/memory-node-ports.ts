/**
 * All ports of a node on the bus in memory. A node can be killed at any port call.
 *
 * N1 A killed node's calls never return, and nothing reaches it any more: as with a dead process.
 * N2 A crash before a call leaves the bus untouched; a crash after it leaves the effect, and nobody who knows.
 */
import { ActorRecord } from '#contracts/actor-record.ts';
import { Envelope } from '#contracts/envelope.ts';
import type { NodePorts } from '../node.ts';
import type { Clock, LogEntry, PartitionOwner, Subscription } from '../ports.ts';
import { DelayedChannel } from './delayed-channel.ts';
import type { MemoryBus } from './memory-bus.ts';
import { sharedPorts } from './memory-shared-ports.ts';

/**
 * Decides at each port call whether the process dies there. `freeze`: the call hangs for a while, the node is believed
 * dead meanwhile, and then goes on as if nothing had happened: a zombie. `suspend`: the same for the whole process, as
 * by SIGSTOP; what was sent to it meanwhile arrives afterwards, all at once.
 */
export type CrashPlan = (call: string) => 'go-on' | 'crash-before' | 'crash-after' | 'freeze' | 'suspend';

export type MemoryNode = {
  ports: NodePorts;
  /** Kill -9. Peers notice after `noticeAfterMs`. */
  kill(noticeAfterMs?: number): void;
  readonly alive: boolean;
};

const NOTICE_MS = 250;
const FREEZE_MS = 5_000;

export function memoryNode(
  bus: MemoryBus,
  args: { service: string; node: string; crashPlan?: CrashPlan },
): MemoryNode {
  const life = new Life({ bus, ...args });
  return {
    ports: portsOf(life),
    kill: (noticeAfterMs = NOTICE_MS) => life.kill(noticeAfterMs),
    get alive() {
      return life.alive;
    },
  };
}

class Life {
  alive = true;
  readonly bus: MemoryBus;
  readonly service: string;
  readonly node: string;
  readonly #crashPlan: CrashPlan;
  readonly #closers = new Set<() => void>();
  #suspendedUntilMs = 0;

  constructor(args: { bus: MemoryBus; service: string; node: string; crashPlan?: CrashPlan }) {
    this.bus = args.bus;
    this.service = args.service;
    this.node = args.node;
    this.#crashPlan = args.crashPlan ?? (() => 'go-on');
  }

  /** Runs a port call, unless the process dies there. */
  async call<T>(name: string, act: () => T): Promise<T> {
    if (!this.alive) return never();
    const plan = this.#crashPlan(name);
    if (plan === 'crash-before') return this.#die();
    if (plan === 'suspend') this.#suspendedUntilMs = this.bus.clock.nowMs() + FREEZE_MS;
    if (plan === 'freeze' || plan === 'suspend') await this.#freeze();
    await this.running();
    await this.#travel();
    if (!this.alive) return never();
    const result = act();
    if (plan === 'crash-after') return this.#die();
    if (this.bus.delayMs) await this.#travel();
    await this.running();
    return this.alive ? result : never();
  }

  /** Resolves when the process is not suspended. */
  async running(): Promise<void> {
    const { clock } = this.bus;
    while (this.#suspendedUntilMs > clock.nowMs()) await clock.sleep(this.#suspendedUntilMs - clock.nowMs());
  }

  /** A subscription's way from the bus to this node. */
  channel<T>(receive: (value: T) => void): DelayedChannel<T> {
    const { clock, delayMs } = this.bus;
    return new DelayedChannel<T>({
      clock,
      delayMs,
      notBeforeMs: () => this.#suspendedUntilMs,
      receive: (value) => {
        if (this.alive) receive(value);
      },
    });
  }

  /** A reply never arrives in the same turn as its request. */
  async #travel(): Promise<void> {
    const { delayMs, clock } = this.bus;
    await (delayMs ? clock.sleep(delayMs()) : Promise.resolve());
  }

  /** Keeps a subscription until it is closed or the process dies. */
  hold(close: () => void): Subscription {
    this.#closers.add(close);
    return {
      close: async () => {
        this.#closers.delete(close);
        close();
      },
    };
  }

  kill(noticeAfterMs: number): void {
    if (!this.alive) return;
    this.alive = false;
    for (const close of this.#closers) close();
    void this.bus.clock.sleep(noticeAfterMs).then(() => {
      this.leaveMembers();
      for (const queue of this.bus.service(this.service).queues.values()) queue.forget(this.node);
    });
  }

  async #freeze(): Promise<void> {
    const members = this.bus.members.get(this.service);
    const tell = members?.get(this.node);
    this.leaveMembers();
    for (const queue of this.bus.service(this.service).queues.values()) queue.lendAgain(this.node);
    await this.bus.clock.sleep(FREEZE_MS);
    if (!members || !tell || !this.alive) return;
    members.set(this.node, tell);
    for (const hear of members.values()) hear([...members.keys()].toSorted());
  }

  leaveMembers(): void {
    const members = this.bus.members.get(this.service);
    if (!members?.delete(this.node)) return;
    for (const tell of members.values()) tell([...members.keys()].toSorted());
  }

  #die(): Promise<never> {
    this.kill(NOTICE_MS);
    return never();
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

function portsOf(life: Life): NodePorts {
  const { bus, service } = life;
  const home = bus.service(service);
  const clock: Clock = {
    nowMs: () => bus.clock.nowMs(),
    sleep: async (delayMs, signal) => {
      await bus.clock.sleep(delayMs, signal);
      await life.running();
      return life.alive ? undefined : never();
    },
  };
  return {
    clock,
    store: {
      load: (address) =>
        life.call('store.load', () => {
          const stored = home.records.get(address);
          return stored
            ? { record: ActorRecord.parse(JSON.parse(stored.record)), revision: stored.revision }
            : null;
        }),
      commit: (commit) => life.call('store.commit', () => bus.commit(service, commit)),
    },
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
    ingress: { send: (envelope) => life.call('ingress.send', () => bus.deliver(Envelope.parse(envelope))) },
    replies: { reply: (to, answer) => bus.inboxes.get(to)?.(answer) },
    ...sharedPorts({ bus, clock, call: (name, act) => life.call(name, act) }),
  };
}

function logsOf(life: Life): NodePorts['logs'] {
  const { bus } = life;
  const home = bus.service(life.service);
  return {
    read: (partitions, onEntry) =>
      life.call('logs.read', () => {
        const wanted = new Set(partitions);
        const closers = [home.mailbox, home.ingress].map((log) => {
          const channel = life.channel<LogEntry>((entry) => onEntry(structuredClone(entry)));
          const reader = (entry: LogEntry): void => {
            if (wanted.has(entry.partition)) channel.send(entry);
          };
          for (const entry of log.entries) reader(entry);
          log.readers.add(reader);
          return () => log.readers.delete(reader);
        });
        return life.hold(() => {
          for (const close of closers) close();
        });
      }),
    purge: ({ log, partition, belowSequence }) =>
      life.call('logs.purge', () => {
        const entries = home[log].entries;
        home[log].entries = entries.filter(
          (entry) => entry.partition !== partition || entry.sequence >= belowSequence,
        );
      }),
    park: (entry, reason) =>
      life.call('logs.park', () => {
        bus.dead.push({ entry, reason });
      }),
  };
}

function membershipOf(life: Life): NodePorts['membership'] {
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

function ownershipOf(life: Life): NodePorts['ownership'] {
  const { bus } = life;
  const home = bus.service(life.service);
  const put = (args: { partition: number; node: string | null; expected: number }): number | null => {
    const current = home.owners.get(args.partition)?.epoch ?? 0;
    if (current !== args.expected) return null;
    const owner = { partition: args.partition, node: args.node, epoch: bus.nextRevision() };
    home.owners.set(args.partition, owner);
    for (const watcher of home.ownerWatchers) watcher(owner);
    return owner.epoch;
  };
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
      life.call('ownership.claim', () => put({ partition, node, expected: seenEpoch })),
    currentEpoch: (partition) =>
      life.call('ownership.currentEpoch', () => home.owners.get(partition)?.epoch ?? 0),
    release: ({ partition, epoch }) =>
      life.call('ownership.release', () => void put({ partition, node: null, expected: epoch })),
  };
}
