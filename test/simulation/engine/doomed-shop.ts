/** A shop of orders whose first process dies or freezes at one port call, and whose second one has to end everything. */
import { expect, it } from 'vitest';
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import type { ActivityCatalog } from '#runtime/activity.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode } from '#runtime/memory/memory-node-ports.ts';
import type { CrashPlan } from '#runtime/memory/node-life.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { startNode } from '#runtime/node.ts';
import { orderDefinitions } from '#test/support/order.machine.ts';

const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 4 });
const FATAL = ['crash-before', 'crash-after', 'freeze'] as const;

export const ledger = addressOf({ service: 'shop', type: 'ledger', root: 'ledger', id: 'ledger' });

export const orderAddress = (index: number): Address =>
  addressOf({ service: 'shop', type: 'order', root: `o${index}`, id: `o${index}` });

export class DoomedShop {
  readonly clock = new VirtualClock();
  readonly bus = new MemoryBus({ clock: this.clock, topology });
  /** Idempotency keys of what was charged, each once. */
  readonly charged = new Set<string>();
  /** Port calls of the process that dies. */
  calls = 0;
  readonly #near: boolean;
  #told = 0;

  constructor({ near = false }: { near?: boolean } = {}) {
    this.#near = near;
  }

  /** Starts the process that dies where the plan says. */
  async open(plan: CrashPlan): Promise<void> {
    this.#start('doomed', (call) => {
      this.calls += 1;
      return plan(call);
    });
    await this.clock.advance(50);
  }

  startSurvivor(): void {
    this.#start('survivor');
  }

  #start(node: string, crashPlan?: CrashPlan): void {
    const { ports } = memoryNode(this.bus, { service: 'shop', node, ...(crashPlan ? { crashPlan } : {}) });
    const activities: ActivityCatalog = {
      charge: async (_input, { idempotencyKey }) => {
        this.charged.add(idempotencyKey);
        return `receipt-${idempotencyKey}`;
      },
    };
    void startNode({
      node,
      partitions: partitionCount(topology),
      kernel: createKernel(),
      definitions: orderDefinitions,
      activities,
      queues: [{ queue: 'default', concurrency: 4, near: this.#near }],
      ports,
    });
  }

  tell(to: Address, content: object): void {
    this.#told += 1;
    this.bus.deliver({ v: 1, id: `told-${this.#told}`, to, ...content } as Envelope);
  }

  record(address: Address): ActorRecord {
    const stored = this.bus.service('shop').records.get(address);
    if (!stored) throw new Error(`${address} was lost`);
    return ActorRecord.parse(JSON.parse(stored.record));
  }
}

/** Declares the tests: `run` ends as `expectEnd` demands when nobody dies, and when it happens at any one port call. */
export function itEndsTheSame(
  run: (plan: CrashPlan) => Promise<DoomedShop>,
  expectEnd: (shop: DoomedShop) => void,
): void {
  it('ends as it should when nobody dies', async () => {
    expectEnd(await run(() => 'go-on'));
  });

  it.each(FATAL)('ends the same when it happens at call n, for every n (%s)', async (when) => {
    const { calls } = await run(() => 'go-on');
    let crashes = 0;
    for (let fatal = 1; fatal <= calls; fatal += 1) {
      let call = 0;
      const shop = await run(() => {
        call += 1;
        if (call === fatal) crashes += 1;
        return call === fatal ? when : 'go-on';
      });
      expectEnd(shop);
    }
    expect(crashes).toBeGreaterThan(20);
  });
}
