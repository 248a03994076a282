import { describe, expect, it } from 'vitest';
import { Address } from '#contracts/address.ts';
import { Topology } from '#contracts/topology.ts';
import { assignPartitions } from '#runtime/assignment.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode } from '#runtime/memory/memory-node-ports.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import type { NodePorts } from '#runtime/node.ts';
import { PartitionKeeper } from '#runtime/partition-keeper.ts';
import { Registry } from '#runtime/registry.ts';
import { silentEvents } from '#runtime/runtime-events.ts';

function world({ partitions = 1 } = {}) {
  const topology = Topology.parse({ services: ['shop'], partitionsPerShard: partitions });
  const clock = new VirtualClock();
  const bus = new MemoryBus({ clock, topology });
  const portsOf = (node: string) => memoryNode(bus, { service: 'shop', node }).ports;
  const keeperOf = (node: string, ports: NodePorts) => {
    const kernel = createKernel();
    const registry = new Registry(kernel, []);
    const nearWorker = { reserve: () => null, isRunning: () => false, isAwaited: async () => true };
    return new PartitionKeeper({
      ...ports,
      node,
      partitions,
      kernel,
      registry,
      nearWorker,
      events: silentEvents,
    });
  };
  const owner = () => bus.service('shop').owners.get(0);
  return { clock, bus, portsOf, keeperOf, owner };
}

describe('the keeper of partitions', () => {
  it('takes a partition again when the news of a later owner came before the answer to its claim', async () => {
    const { clock, portsOf, keeperOf, owner } = world();
    const ports = portsOf('a');
    const other = portsOf('b');
    let claims = 0;
    const keeper = keeperOf('a', {
      ...ports,
      ownership: {
        ...ports.ownership,
        claim: async (args) => {
          const epoch = await ports.ownership.claim(args);
          claims += 1;
          if (claims > 1 || epoch === null) return epoch;
          // Another node takes it and gives it back while the answer is on its way.
          const taken = await other.ownership.claim({ partition: 0, node: 'b', seenEpoch: epoch });
          await other.ownership.release({ partition: 0, epoch: taken ?? 0 });
          return epoch;
        },
      },
    });
    void keeper.start();
    await clock.advance(5_000);
    expect(claims).toBe(2);
    expect(keeper.owned).toEqual([0]);
    expect(owner()).toMatchObject({ node: 'a' });
  });

  it.each(['request', 'answer'])(
    'gives a partition up again when the %s of its release was lost, so that the other node gets it',
    async (lost) => {
      const { clock, portsOf, keeperOf, owner } = world();
      const [second = ''] = assignPartitions({ partitions: 1, nodes: ['a', 'b'] }).values();
      const first = second === 'a' ? 'b' : 'a';
      const ports = portsOf(first);
      let releases = 0;
      const keeper = keeperOf(first, {
        ...ports,
        ownership: {
          ...ports.ownership,
          release: async (args) => {
            releases += 1;
            if (releases > 1 || lost === 'answer') await ports.ownership.release(args);
          },
        },
      });
      void keeper.start();
      await clock.advance(5_000);
      expect(owner()).toMatchObject({ node: first });
      void keeperOf(second, portsOf(second)).start();
      await clock.advance(10_000);
      expect(owner()).toMatchObject({ node: second });
      expect(releases).toBeLessThan(10);
    },
  );

  it('claims and reads again what shared a reader with a partition that is lost, when that cannot be read on', async () => {
    const { clock, portsOf, keeperOf } = world({ partitions: 2 });
    const ports = portsOf('a');
    const reads: (readonly number[])[] = [];
    const keeper = keeperOf('a', {
      ...ports,
      logs: {
        ...ports.logs,
        read: async (partitions, ...callbacks) => {
          reads.push(partitions);
          if (reads.length === 2) throw new Error('the stream has no leader');
          return ports.logs.read(partitions, ...callbacks);
        },
      },
    });
    void keeper.start();
    await clock.advance(5_000);
    expect(reads).toEqual([[0, 1]]);
    const seenEpoch = await ports.ownership.currentEpoch(1);
    const other = portsOf('b').ownership;
    await other.release({
      partition: 1,
      epoch: (await other.claim({ partition: 1, node: 'b', seenEpoch })) ?? 0,
    });
    await clock.advance(5_000);
    expect(keeper.owned).toEqual([0, 1]);
    expect(reads[1]).toEqual([0]);
    expect(
      reads
        .slice(2)
        .flat()
        .toSorted((one, other) => one - other),
    ).toEqual([0, 1]);
  });

  it('starts although its first claim is not answered, and claims at the next turn', async () => {
    const { clock, portsOf, keeperOf } = world();
    const ports = portsOf('a');
    let claims = 0;
    const keeper = keeperOf('a', {
      ...ports,
      ownership: {
        ...ports.ownership,
        claim: async (args) => {
          claims += 1;
          if (claims === 1) throw new Error('no answer');
          return ports.ownership.claim(args);
        },
      },
    });
    let isStarted = false;
    void keeper.start().then(() => (isStarted = true));
    await clock.advance(500);
    expect([isStarted, keeper.owned]).toEqual([true, []]);
    await clock.advance(5_000);
    expect(keeper.owned).toEqual([0]);
  });

  it('does not fight in a hot loop with a node that it takes for dead', async () => {
    const { clock, portsOf, keeperOf } = world();
    let claims = 0;
    for (const node of ['a', 'b']) {
      const ports = portsOf(node);
      const keeper = keeperOf(node, {
        ...ports,
        // Each hears of itself only.
        membership: { join: async (self, onChange) => onChange([self]), leave: async () => undefined },
        ownership: {
          ...ports.ownership,
          claim: (args) => {
            claims += 1;
            if (claims > 1_000) throw new Error('a hot loop');
            return ports.ownership.claim(args);
          },
        },
      });
      void keeper.start();
    }
    await clock.advance(10_000);
    expect(claims).toBeGreaterThan(2);
    expect(claims).toBeLessThan(50);
  });

  it('has 512 steps under way at most, and comes to the rest when there are more', async () => {
    const { clock, portsOf, keeperOf } = world();
    const ports = portsOf('a');
    const held: (() => void)[] = [];
    const keeper = keeperOf('a', {
      ...ports,
      store: {
        ...ports.store,
        load: async (address) => {
          await new Promise<void>((resolve) => held.push(resolve));
          return ports.store.load(address);
        },
      },
    });
    void keeper.start();
    await clock.advance(5_000);
    const addresses = Array.from({ length: 1_200 }, (_, index) =>
      Address.parse(`shop:order:o${index}:o${index}`),
    );
    for (const to of addresses) {
      await ports.ingress.send({ v: 1, kind: 'start', id: `${to}/start`, to, input: {} });
    }
    await clock.advance(1_000);
    const underWay = [];
    while (held.length > 0) {
      underWay.push(held.length);
      for (const release of held.splice(0)) release();
      await clock.advance(1_000);
    }
    expect(underWay).toEqual([512, 512, 176]);
    expect(keeper.openCount).toBe(0);
  });
});
