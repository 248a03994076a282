/**
 * The life of a simulated process: alive, frozen, suspended or dead. Every port call goes through it.
 *
 * L1 A dead process's calls never return, and nothing reaches it any more.
 * L2 A crash before a call leaves the bus untouched; a crash after it leaves the effect, and nobody who knows.
 * L3 A call whose request or answer is lost ends as on JetStream: it is repeated until it is known what came of it
 *    (commits, sends), counts as refused (claims), or fails (reads, purges). See {@link OnLoss}.
 */
import type { Subscription } from '../ports.ts';
import { DelayedChannel } from './delayed-channel.ts';
import type { MemoryBus } from './memory-bus.ts';

export const NOTICE_MS = 250;
const FREEZE_MS = 5_000;
/** An answer that does not come is given up after this long, as on JetStream. */
const ANSWER_TIMEOUT_MS = 2_000;

/**
 * Decides at each port call whether the process dies there. `freeze`: the call hangs for a while, the node is believed
 * dead meanwhile, and then goes on as if nothing had happened: a zombie. `suspend`: the same for the whole process, as
 * by SIGSTOP; what was sent to it meanwhile arrives afterwards, all at once. `lose-request`, `lose-answer`: the bus
 * never hears of the call, or its answer never arrives.
 */
export type CrashPlan = (
  call: string,
) => 'go-on' | 'crash-before' | 'crash-after' | 'freeze' | 'suspend' | 'lose-request' | 'lose-answer';

/** What a port makes of silence. `again`: it asks until it knows; given what came of the first try. */
export type OnLoss<T> = { again: (first: T) => T } | { instead: T } | 'fails';

/** Nobody answered; it may have happened. Has the name of the error that the bus throws in that case. */
class NoAnswer extends Error {
  override readonly name = 'BusError';
  readonly code = 0;
}

export type MemoryNodeOptions = {
  service: string;
  node: string;
  crashPlan?: CrashPlan;
  /** How far the node's clock is ahead of the bus's, in milliseconds. Default 0. */
  skewMs?: number;
  /** How long a freeze lasts, in milliseconds. Default 5 s. */
  freezeMs?: () => number;
};

export class NodeLife {
  alive = true;
  readonly bus: MemoryBus;
  readonly service: string;
  readonly node: string;
  readonly skewMs: number;
  readonly #crashPlan: CrashPlan;
  readonly #freezeMs: () => number;
  readonly #closers = new Set<() => void>();
  readonly #death = Promise.withResolvers<void>();
  #suspendedUntilMs = 0;

  constructor(args: MemoryNodeOptions & { bus: MemoryBus }) {
    this.bus = args.bus;
    this.service = args.service;
    this.node = args.node;
    this.skewMs = args.skewMs ?? 0;
    this.#crashPlan = args.crashPlan ?? (() => 'go-on');
    this.#freezeMs = args.freezeMs ?? (() => FREEZE_MS);
  }

  /** Runs a port call, unless the process dies there. */
  async call<T>(name: string, act: () => T, onLoss: OnLoss<T> = { again: (first) => first }): Promise<T> {
    if (!this.alive) return never();
    const plan = this.#crashPlan(name);
    if (plan === 'crash-before') return this.#die();
    if (plan === 'freeze' || plan === 'suspend') await this.#freeze(plan);
    await this.running();
    await this.#travel();
    if (!this.alive) return never();
    if (plan === 'lose-request' || plan === 'lose-answer') return this.#lose(plan, { act, onLoss });
    const result = act();
    if (plan === 'crash-after') return this.#die();
    if (this.bus.delayMs) await this.#travel();
    await this.running();
    return this.alive ? result : never();
  }

  /** Resolves when the process is dead. */
  get died(): Promise<void> {
    return this.#death.promise;
  }

  get isSuspended(): boolean {
    return this.#suspendedUntilMs > this.bus.clock.nowMs();
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
    this.#death.resolve();
    for (const close of this.#closers) close();
    void this.bus.clock.sleep(noticeAfterMs).then(() => {
      this.leaveMembers();
      for (const queue of this.bus.service(this.service).queues.values()) queue.forget(this.node);
    });
  }

  async #lose<T>(
    plan: 'lose-request' | 'lose-answer',
    { act, onLoss }: { act: () => T; onLoss: OnLoss<T> },
  ): Promise<T> {
    const first = plan === 'lose-answer' ? { result: act() } : null;
    await this.bus.clock.sleep(ANSWER_TIMEOUT_MS);
    await this.running();
    if (!this.alive) return never();
    if (onLoss === 'fails') throw new NoAnswer('No answer from the bus; it may have happened.');
    if ('instead' in onLoss) return onLoss.instead;
    return first ? onLoss.again(first.result) : act();
  }

  async #freeze(plan: 'freeze' | 'suspend'): Promise<void> {
    const freezeMs = this.#freezeMs();
    if (plan === 'suspend') this.#suspendedUntilMs = this.bus.clock.nowMs() + freezeMs;
    const members = this.bus.members.get(this.service);
    const tell = members?.get(this.node);
    this.leaveMembers();
    for (const queue of this.bus.service(this.service).queues.values()) queue.lendAgain(this.node);
    await this.bus.clock.sleep(freezeMs);
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

/** What a dead process gets for an answer. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}
