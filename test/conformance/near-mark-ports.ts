/** What every binding promises of near marks, and of the ingress that they are compared with after a takeover. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '#contracts/address.ts';
import { placeOf } from '#contracts/topology.ts';
import type { NodePorts } from '#runtime/node.ts';
import type { LogEntry, NearMark } from '#runtime/ports.ts';
import { aCommit, rootAddress } from '#test/support/records.ts';
import type { PortsUnderTest } from './node-ports.ts';

export function describeNearMarkPorts(binding: string, open: () => Promise<PortsUnderTest>): void {
  describe(`near marks in ${binding}`, () => {
    let bus: PortsUnderTest;
    let orca: NodePorts;
    beforeAll(async () => {
      bus = await open();
      orca = bus.portsOf('orca', 'orca-a');
    });
    afterAll(() => bus.dispose());

    const partitionOf = (address: Address): number => placeOf(address, bus.topology).partition;
    /** Near marks of one actor, as an owner that starts to read now sees them. */
    async function seenBy(address: Address): Promise<NearMark[]> {
      const found: NearMark[] = [];
      const see = (mark: NearMark): void => {
        if (mark.actor === address) found.push(mark);
      };
      await orca.logs.read([partitionOf(address)], () => undefined, see);
      return found;
    }

    async function claim(address: Address): Promise<number> {
      const partition = partitionOf(address);
      const seenEpoch = await orca.ownership.currentEpoch(partition);
      return (await orca.ownership.claim({ partition, node: 'orca-a', seenEpoch })) ?? 0;
    }

    const commit = (address: Address, args: { epoch: number; expectedRevision?: number; mark?: boolean }) =>
      orca.store.commit({
        ...aCommit({ address, epoch: args.epoch, topology: bus.topology }),
        expectedRevision: args.expectedRevision ?? 0,
        ...(args.mark === false ? {} : { nearMark: { node: 'orca-a' } }),
      });

    it('keeps one for whoever owns the partition, with the node that stored it, until it is done', async () => {
      const address = rootAddress('orca', 'kept');
      const early = await seenBy(address);
      const epoch = await claim(address);
      await commit(address, { epoch });
      await expect.poll(() => early.length).toBe(1);
      expect(early[0]).toMatchObject({ actor: address, node: 'orca-a', partition: partitionOf(address) });
      expect(early[0]?.sequence).toBeGreaterThan(epoch);
      const later = async (): Promise<number> => {
        const seen = await seenBy(address);
        await orca.clock.sleep(100);
        return seen.length;
      };
      expect(await later()).toBe(1);
      early[0]?.done();
      await expect.poll(later, { timeout: 15_000 }).toBe(0);
    }, 20_000);

    it('keeps the newest one of an actor', async () => {
      const address = rootAddress('orca', 'renewed');
      const epoch = await claim(address);
      const first = await commit(address, { epoch });
      const second = await commit(address, { epoch, expectedRevision: first });
      const seen = await seenBy(address);
      await expect.poll(() => seen.length).toBe(1);
      expect(seen[0]?.sequence).toBeGreaterThan(second);
    });

    it('refuses one of an owner that has lost the partition, with the step', async () => {
      const address = rootAddress('orca', 'fenced');
      const epoch = await claim(address);
      const first = await commit(address, { epoch, mark: false });
      await claim(address);
      const late = commit(address, { epoch, expectedRevision: first });
      await expect(late).rejects.toMatchObject({ code: 'OWNERSHIP_LOST' });
      expect((await orca.store.load(address))?.revision).toBe(first);
    });

    it('tells the newest entry of an ingress, also one that was only just sent', async () => {
      const address = rootAddress('orca', 'sent-to');
      const entries: LogEntry[] = [];
      await orca.logs.read([partitionOf(address)], (entry) => void entries.push(entry));
      const before = await orca.logs.newestIngress(partitionOf(address));
      const send = (id: string): Promise<void> =>
        orca.ingress.send({ v: 1, kind: 'event', id, to: address, event: { type: 'X' } });
      await Promise.all([send('sent-1'), send('sent-2')]);
      const newest = await orca.logs.newestIngress(partitionOf(address));
      await expect.poll(() => entries.length).toBe(2);
      expect(newest).toBeGreaterThan(before);
      expect(newest).toBe(Math.max(...entries.map(({ sequence }) => sequence)));
    });
  });
}
