/**
 * One test of the corpus through the whole runtime on the bus in memory, in virtual time.
 *
 * Before every event the node is killed, and another one starts from what is stored: with a kernel of its own, and
 * with machines converted anew.
 */
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import { Topology } from '#contracts/topology.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode, type MemoryNode } from '#runtime/memory/memory-node-ports.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { startNode, type RunningNode } from '#runtime/node.ts';
import { silentEvents } from '#runtime/runtime-events.ts';
import { configurationOf } from './configuration.ts';
import type { ScxmlCase } from './corpus.ts';
import { convert } from './scxml-machine.ts';
import { comparesInitial, difference, type Verdict } from './verdict.ts';

const SERVICE = 'scxml';
const TAKEOVER_LIMIT_MS = 60_000;

export async function runInMemory(subject: ScxmlCase): Promise<Verdict> {
  const failure = await failureOf(subject).catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  return { name: subject.name, binding: 'memory', failure };
}

async function failureOf(subject: ScxmlCase): Promise<string | undefined> {
  const stage = new MemoryStage(subject);
  const { events, initialConfiguration } = subject.script;
  await stage.rehydrate();
  await stage.deliver({ kind: 'start' });
  if (comparesInitial({ type: subject.type, events })) {
    const found = difference({
      expected: initialConfiguration,
      actual: stage.configuration(),
      when: 'at first',
    });
    if (found !== undefined) return found;
  }
  for (const [index, { after = 0, event, nextConfiguration }] of events.entries()) {
    await stage.rehydrate();
    await stage.pass(after);
    // XState's own run ends with its machine, too
    if (stage.record().status === 'active') {
      await stage.deliver({ kind: 'event', event: { type: event.name } });
    }
    const when = `after event ${index + 1} ('${event.name}')`;
    const found = difference({ expected: nextConfiguration, actual: stage.configuration(), when });
    if (found !== undefined) return found;
  }
  return undefined;
}

class MemoryStage {
  readonly #subject: ScxmlCase;
  readonly #clock = new VirtualClock();
  readonly #bus: MemoryBus;
  readonly #address: Address;
  #node: MemoryNode | undefined;
  #nodes = 0;
  #failure: string | undefined;

  constructor(subject: ScxmlCase) {
    this.#subject = subject;
    const topology = Topology.parse({ services: [SERVICE], partitionsPerShard: 1 });
    this.#bus = new MemoryBus({ clock: this.#clock, topology });
    this.#address = addressOf({ service: SERVICE, type: subject.type, root: 'r', id: 'r' });
  }

  /** Kills the node, and starts another. */
  async rehydrate(): Promise<void> {
    this.#node?.kill(0);
    this.#nodes += 1;
    const name = `node-${this.#nodes}`;
    this.#node = memoryNode(this.#bus, { service: SERVICE, node: name });
    const running = startNode({
      node: name,
      partitions: 1,
      kernel: createKernel(),
      definitions: convert(this.#subject.source, this.#subject.type),
      activities: {},
      queues: [],
      ports: this.#node.ports,
      events: { ...silentEvents, failed: ({ error }) => void (this.#failure = String(error)) },
    });
    let started: RunningNode | undefined;
    let refusal: unknown;
    running.then(
      (node) => (started = node),
      (error: unknown) => (refusal = error),
    );
    const isSettled = () => started?.owned().length === 1 || refusal !== undefined;
    await this.#clock.advanceUntil(isSettled, TAKEOVER_LIMIT_MS);
    if (refusal !== undefined) throw refusal as Error;
  }

  async pass(delayMs: number): Promise<void> {
    await this.#clock.advance(delayMs);
  }

  /** Delivers, and lets everything come to rest that does not wait for time to pass. */
  async deliver(envelope: Sent): Promise<void> {
    this.#bus.deliver({ v: 1, id: `sent-${this.#nodes}`, to: this.#address, ...envelope });
    await this.#clock.advance(0);
    if (this.#failure !== undefined) throw new Error(this.#failure);
  }

  record(): ActorRecord {
    const stored = this.#bus.service(SERVICE).records.get(this.#address);
    if (stored === undefined)
      throw new Error(`The document did not start: ${JSON.stringify(this.#bus.dead)}`);
    return ActorRecord.parse(JSON.parse(stored.record));
  }

  configuration(): string[] {
    const { state } = this.record();
    if (state.error !== undefined) return [`error: ${state.error.message}`];
    return configurationOf(convert(this.#subject.source, this.#subject.type)[0].machine, state.value);
  }
}

type Sent = { kind: 'start' } | { kind: 'event'; event: { type: string } };
