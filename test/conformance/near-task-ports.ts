/** What every binding promises of near tasks, and of the ingress that they are compared with after a takeover. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ActivityTask } from '#contracts/activity-task.ts';
import type { Address } from '#contracts/address.ts';
import { placeOf } from '#contracts/topology.ts';
import type { NodePorts } from '#runtime/node.ts';
import type { LogEntry, NearTask } from '#runtime/ports.ts';
import { aCommit, rootAddress } from '#test/support/records.ts';
import type { PortsUnderTest } from './node-ports.ts';

export function describeNearTaskPorts(binding: string, open: () => Promise<PortsUnderTest>): void {
  describe(`near tasks in ${binding}`, () => {
    let bus: PortsUnderTest;
    let orca: NodePorts;
    beforeAll(async () => {
      bus = await open();
      orca = bus.portsOf('orca', 'orca-a');
    });
    afterAll(() => bus.dispose());

    const partitionOf = (address: Address): number => placeOf(address, bus.topology).partition;
    const taskOf = (actor: Address, overrides: Partial<ActivityTask>): ActivityTask =>
      ActivityTask.parse({
        v: 1,
        actor,
        childId: 'call',
        birth: 1,
        name: 'callOut',
        queue: 'near',
        attempt: 1,
        scheduledAtMs: 1,
        deadlineAtMs: 9_999_999_999_999,
        startToCloseMs: 1_000,
        heartbeatMs: 0,
        ...overrides,
      });

    /** Near tasks of one actor, as an owner that starts to read now sees them. */
    async function seenBy(address: Address): Promise<NearTask[]> {
      const found: NearTask[] = [];
      const see = (task: NearTask): void => {
        if (task.task.actor === address) found.push(task);
      };
      await orca.logs.read([partitionOf(address)], () => undefined, see);
      return found;
    }

    async function commit(address: Address, tasks: readonly ActivityTask[]): Promise<void> {
      const partition = partitionOf(address);
      const seenEpoch = await orca.ownership.currentEpoch(partition);
      const epoch = await orca.ownership.claim({ partition, node: 'orca-a', seenEpoch });
      const effects = tasks.map((task) => ({ kind: 'run-activity' as const, task }));
      await orca.store.commit({
        ...aCommit({ address, epoch: epoch ?? 0, topology: bus.topology, effects }),
        near: { node: 'orca-a', tasks: new Set(tasks) },
      });
    }

    it('keeps them for whoever owns the partition, with the node that has them, until they are done', async () => {
      const address = rootAddress('orca', 'kept');
      const tasks = [taskOf(address, { birth: 1 }), taskOf(address, { birth: 2 })];
      const early = await seenBy(address);
      await commit(address, tasks);
      await expect.poll(() => early.length).toBe(2);
      expect(early.map(({ task, node }) => [task, node])).toEqual(tasks.map((task) => [task, 'orca-a']));
      early[0]?.done();
      const later = async (): Promise<number[]> => {
        const seen = await seenBy(address);
        await orca.clock.sleep(100);
        return seen.map(({ task }) => task.birth);
      };
      await expect.poll(later, { timeout: 15_000 }).toEqual([2]);
    }, 20_000);

    it('gives one to its queue when its owner passes it on', async () => {
      const address = rootAddress('orca', 'passed');
      const task = taskOf(address, { queue: 'passed-on' });
      const taken: ActivityTask[] = [];
      await orca.activityQueues.consume({ queue: 'passed-on', concurrency: 1 }, async (given) => {
        taken.push(given);
      });
      const seen = await seenBy(address);
      await commit(address, [task]);
      await expect.poll(() => seen.length).toBe(1);
      await seen[0]?.passOn();
      await expect.poll(() => taken).toEqual([task]);
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
