/** What every binding of a node's ports promises. Run on each of them by the `*.test.ts` files beside this one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { Address } from '#contracts/address.ts';
import { placeOf, partitionCount, type Topology } from '#contracts/topology.ts';
import type { NodePorts } from '#runtime/node.ts';
import type { OwnSends } from '#runtime/own-sends.ts';
import type { Asks, Histories, LogEntry, OwnerLine } from '#runtime/ports.ts';
import { CommitConflict, OwnershipLost } from '#runtime/runtime-error.ts';
import { aCommit, aTask, rootAddress } from '#test/support/records.ts';
import { describeHistories } from './histories.ts';

/** One deployment of a binding: ports for any number of nodes of any service, on one bus. */
export type PortsUnderTest = {
  topology: Topology;
  portsOf(service: string, node: string): NodePorts;
  histories: Histories;
  /** For whoever asks. */
  ownerLine: OwnerLine;
  storedAsks(sends: OwnSends): Asks;
  dispose(): Promise<void>;
};

export function describeNodePorts(binding: string, open: () => Promise<PortsUnderTest>): void {
  describe(`node ports in ${binding}`, () => {
    let bus: PortsUnderTest;
    let orca: NodePorts;
    let ids = 0;
    beforeAll(async () => {
      bus = await open();
      orca = bus.portsOf('orca', 'orca-a');
    });
    afterAll(() => bus.dispose());

    const fresh = (service = 'orca'): Address => rootAddress(service, `a${(ids += 1)}`);
    const partitionOf = (address: Address): number => placeOf(address, bus.topology).partition;
    const everything = (): number[] =>
      Array.from({ length: partitionCount(bus.topology) }, (_, index) => index);

    const reading = new Set<number>();

    /** Owns the actor's partition, whoever had it before, and reads it as an owner does. */
    async function own(address: Address): Promise<number> {
      const partition = partitionOf(address);
      if (!reading.has(partition)) await orca.logs.read([partition], () => undefined);
      reading.add(partition);
      let seenEpoch = 0;
      const watch = await orca.ownership.watch((owner) => {
        if (owner.partition === partition) seenEpoch = owner.epoch;
      });
      for (;;) {
        const epoch = await orca.ownership.claim({ partition, node: 'orca-a', seenEpoch });
        if (epoch !== null) {
          await watch.close();
          return epoch;
        }
        await orca.clock.sleep(10);
      }
    }

    /** Entries that arrive for one actor. */
    async function entriesFor(ports: NodePorts, address: Address): Promise<LogEntry[]> {
      const entries: LogEntry[] = [];
      await ports.logs.read([partitionOf(address)], (entry) => {
        if (entry.envelope?.to === address) entries.push(entry);
      });
      return entries;
    }

    describeHistories({ bus: () => bus, node: (name) => bus.portsOf('orca', name), fresh, own });

    it('gives back a committed record with its revision', async () => {
      const address = fresh();
      const epoch = await own(address);
      const commit = aCommit({ address, epoch, topology: bus.topology });
      expect(await orca.store.load(address)).toBeNull();
      const revision = await orca.store.commit(commit);
      expect(await orca.store.load(address)).toEqual({ record: commit.record, revision });
    });

    it('refuses a commit when the record has moved on', async () => {
      const address = fresh();
      const epoch = await own(address);
      const first = await orca.store.commit(aCommit({ address, epoch, topology: bus.topology }));
      await orca.store.commit(
        aCommit({ address, epoch, topology: bus.topology, expectedRevision: first, step: 2 }),
      );
      const stale = aCommit({ address, epoch, topology: bus.topology, expectedRevision: first, step: 2 });
      await expect(orca.store.commit(stale)).rejects.toBeInstanceOf(CommitConflict);
      expect((await orca.store.load(address))?.record.step).toBe(2);
    });

    it('refuses a commit with effects when another node took the partition', async () => {
      const address = fresh();
      const epoch = await own(address);
      const partition = partitionOf(address);
      expect(await orca.ownership.claim({ partition, node: 'orca-b', seenEpoch: epoch })).toBeGreaterThan(
        epoch,
      );
      const effects = [{ kind: 'send' as const, to: fresh(), event: { type: 'HELLO' } }];
      const zombie = aCommit({ address, epoch, topology: bus.topology, effects });
      await expect(orca.store.commit(zombie)).rejects.toBeInstanceOf(OwnershipLost);
      expect(await orca.store.load(address)).toBeNull();
    });

    const shardOfActor = (address: Address): number => placeOf(address, bus.topology).shard;

    it('delivers to an actor of the same service in whichever shard it lives', async () => {
      const from = fresh();
      const receivers = Array.from({ length: 6 }, () => fresh());
      const epoch = await own(from);
      const entries = await Promise.all(receivers.map((receiver) => entriesFor(orca, receiver)));
      const effects = receivers.map((to) => ({ kind: 'send' as const, to, event: { type: 'HELLO' } }));
      await orca.store.commit(aCommit({ address: from, epoch, topology: bus.topology, effects }));
      await expect.poll(() => entries.map((arrived) => arrived.length)).toEqual(receivers.map(() => 1));
      expect(entries.map((arrived) => arrived[0]?.log)).toEqual(
        receivers.map((to) => (shardOfActor(to) === shardOfActor(from) ? 'mailbox' : 'ingress')),
      );
    });

    it('delivers what a commit sends, in order, within the service and to another one', async () => {
      const from = fresh();
      let near = fresh();
      while (shardOfActor(near) !== shardOfActor(from)) near = fresh();
      const far = fresh('clouddriver');
      const clouddriver = bus.portsOf('clouddriver', 'clouddriver-a');
      const epoch = await own(from);
      const nearEntries = await entriesFor(orca, near);
      const farEntries = await entriesFor(clouddriver, far);
      await orca.store.commit(
        aCommit({
          address: from,
          epoch,
          topology: bus.topology,
          effects: [
            { kind: 'send', to: near, event: { type: 'ONE' } },
            { kind: 'start-actor', to: far, input: { a: 1 }, parent: { address: from, childId: 'kid' } },
            { kind: 'system-id', to: near, systemId: 'boss', holder: far, isHeld: true },
            { kind: 'system-event', to: near, systemId: 'boss', event: { type: 'TWO' } },
            { kind: 'stop-actor', to: far },
          ],
        }),
      );
      await expect.poll(() => nearEntries.length).toBe(3);
      await expect.poll(() => farEntries.length).toBe(2);
      expect(nearEntries.map((entry) => entry.log)).toEqual(['mailbox', 'mailbox', 'mailbox']);
      expect(nearEntries.map((entry) => entry.envelope)).toMatchObject([
        { kind: 'event', event: { type: 'ONE' }, from },
        { kind: 'system-id', systemId: 'boss', holder: far, isHeld: true, from },
        { kind: 'system-event', systemId: 'boss', event: { type: 'TWO' }, from },
      ]);
      expect(farEntries.map((entry) => entry.log)).toEqual(['ingress', 'ingress']);
      expect(farEntries.map((entry) => entry.envelope)).toMatchObject([
        { kind: 'start', input: { a: 1 }, parent: { address: from, childId: 'kid' } },
        { kind: 'stop' },
      ]);
    });

    it('wakes an actor once when its alarm is due, and never after it was cleared', async () => {
      const waking = fresh();
      const cleared = fresh();
      const wakes = await entriesFor(orca, waking);
      const none = await entriesFor(orca, cleared);
      const dueAtMs = orca.clock.nowMs() + 300;
      const late = dueAtMs + 3_600_000;
      const commit = async (address: Address, dues: (number | null)[]): Promise<void> => {
        const epoch = await own(address);
        let revision = 0;
        let step = 0;
        for (const due of dues) {
          step += 1;
          revision = await orca.store.commit(
            aCommit({
              address,
              epoch,
              step,
              topology: bus.topology,
              expectedRevision: revision,
              effects: [due === null ? { kind: 'clear-wake' } : { kind: 'set-wake', dueAtMs: due }],
            }),
          );
        }
      };
      await commit(waking, [late, dueAtMs]);
      await commit(cleared, [dueAtMs, null]);
      await expect.poll(() => wakes.length, { timeout: 5_000 }).toBe(1);
      await orca.clock.sleep(600);
      expect(wakes.map((entry) => entry.envelope)).toMatchObject([{ kind: 'wake', dueAtMs }]);
      expect(none).toEqual([]);
    });

    it('gives a task to a worker, and again when the worker failed with it', async () => {
      const actor = fresh();
      const epoch = await own(actor);
      const seen: { task: ActivityTask; deliveryCount: number }[] = [];
      const queue = `q${ids}`;
      await orca.activityQueues.consume({ queue, concurrency: 2 }, async (task, delivery) => {
        seen.push({ task, deliveryCount: delivery.deliveryCount });
        if (delivery.deliveryCount === 1) throw new Error('the worker failed');
      });
      const task = aTask(actor, queue);
      const effects = [{ kind: 'run-activity' as const, task }];
      await orca.store.commit(aCommit({ address: actor, epoch, topology: bus.topology, effects }));
      await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(2);
      expect(seen).toEqual([
        { task: { ...task, step: 1 }, deliveryCount: 1 },
        { task: { ...task, step: 1 }, deliveryCount: 2 },
      ]);
    });

    it('tells workers of a cancelled activity', async () => {
      const actor = fresh();
      const epoch = await own(actor);
      const cancels: unknown[] = [];
      await orca.activityQueues.onCancel((cancel) => cancels.push(cancel));
      const effects = [{ kind: 'cancel-activity' as const, queue: 'default', childId: 'call', birth: 7 }];
      await orca.store.commit(aCommit({ address: actor, epoch, topology: bus.topology, effects }));
      await expect.poll(() => cancels).toEqual([{ actor, childId: 'call', birth: 7 }]);
    });

    it('stores an envelope once when it is sent twice', async () => {
      const to = fresh();
      const entries = await entriesFor(orca, to);
      const envelope = { v: 1, kind: 'event', id: `twice-${to}`, to, event: { type: 'PING' } } as const;
      await orca.ingress.send(envelope);
      await orca.ingress.send(envelope);
      await orca.ingress.send({ ...envelope, id: `other-${to}` });
      await expect.poll(() => entries.length).toBe(2);
      expect(entries.map((entry) => entry.envelope?.id)).toEqual([envelope.id, `other-${to}`]);
    });

    it('reads a log again from the oldest entry that was not purged', async () => {
      const to = fresh();
      const first = await entriesFor(orca, to);
      for (const id of ['p1', 'p2', 'p3']) {
        await orca.ingress.send({ v: 1, kind: 'event', id: `${id}-${to}`, to, event: { type: id } });
      }
      await expect.poll(() => first.length).toBe(3);
      const belowSequence = first[2]?.sequence ?? 0;
      await orca.logs.purge({ log: 'ingress', partition: partitionOf(to), belowSequence });
      const again = await entriesFor(orca, to);
      await expect.poll(() => again.map((entry) => entry.envelope?.id)).toEqual([`p3-${to}`]);
    });

    it('lets one of two claimants have a partition, and tells every watcher', async () => {
      const partition = everything().length - 1;
      const other = bus.portsOf('clouddriver', 'clouddriver-b');
      const seen: (string | null)[] = [];
      await other.ownership.watch((owner) => {
        if (owner.partition === partition) seen.push(owner.node);
      });
      const claims = await Promise.all(
        ['x', 'y'].map((node) => other.ownership.claim({ partition, node, seenEpoch: 0 })),
      );
      const won = claims.filter((epoch) => epoch !== null);
      expect(won).toHaveLength(1);
      await other.ownership.release({ partition, epoch: won[0] ?? 0 });
      await expect.poll(() => seen.at(-1)).toBeNull();
      expect(seen).toHaveLength(2);
    });

    it('knows an owner by its epoch until another one claims the partition', async () => {
      const partition = everything().length - 3;
      const { ownership } = bus.portsOf('clouddriver', 'clouddriver-d');
      const first = (await ownership.claim({ partition, node: 'x', seenEpoch: 0 })) ?? 0;
      expect(await ownership.isOwned({ partition, epoch: first })).toBe(true);
      const second = (await ownership.claim({ partition, node: 'y', seenEpoch: first })) ?? 0;
      expect(await ownership.isOwned({ partition, epoch: first })).toBe(false);
      expect(await ownership.isOwned({ partition, epoch: second })).toBe(true);
    });

    it('ignores the release of a partition that someone else owns by now', async () => {
      const partition = everything().length - 2;
      const { ownership } = bus.portsOf('clouddriver', 'clouddriver-c');
      const first = await ownership.claim({ partition, node: 'x', seenEpoch: 0 });
      const second = await ownership.claim({ partition, node: 'y', seenEpoch: first ?? 0 });
      await ownership.release({ partition, epoch: first ?? 0 });
      let owner: string | null = null;
      await ownership.watch((seen) => {
        if (seen.partition === partition) owner = seen.node;
      });
      await expect.poll(() => owner).toBe('y');
      expect(second).toBeGreaterThan(first ?? 0);
    });

    it('tells members who joins and who leaves', async () => {
      const seen: (readonly string[])[] = [];
      const a = bus.portsOf('clouddriver', 'member-a');
      const b = bus.portsOf('clouddriver', 'member-b');
      await a.membership.join('member-a', (nodes) => seen.push(nodes));
      await b.membership.join('member-b', () => undefined);
      await expect.poll(() => seen.at(-1)).toEqual(['member-a', 'member-b']);
      await b.membership.leave();
      await expect.poll(() => seen.at(-1)).toEqual(['member-a']);
      await a.membership.leave();
    });
  });
}
