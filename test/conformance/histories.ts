/** What every binding promises of the histories of actors. Part of the suite in `node-ports.ts`. */
import { expect, it } from 'vitest';
import type { Address } from '#contracts/address.ts';
import type { StepNote } from '#contracts/step-note.ts';
import type { NodePorts } from '#runtime/node.ts';
import type { NotedStep } from '#runtime/ports.ts';
import { aCommit } from '#test/support/records.ts';
import type { PortsUnderTest } from './node-ports.ts';

export type HistoriesUnderTest = {
  bus: () => PortsUnderTest;
  /** Ports of a node of `orca`. */
  node: (name: string) => NodePorts;
  fresh: () => Address;
  own: (address: Address) => Promise<number>;
};

export function describeHistories({ bus, node, fresh, own }: HistoriesUnderTest): void {
  /** Commits steps of one actor, each with what it emitted. */
  async function commit(address: Address, emitted: readonly StepNote['emitted'][]): Promise<number> {
    const epoch = await own(address);
    let expectedRevision = 0;
    for (const [index, events] of emitted.entries()) {
      const step = index + 1;
      const { topology } = bus();
      expectedRevision = await node('orca-a').store.commit(
        aCommit({ address, epoch, topology, expectedRevision, step, note: { emitted: events } }),
      );
    }
    return expectedRevision;
  }

  const stepsOf = (notes: readonly StepNote[]): number[] => notes.map(({ step }) => step);

  it('reads what an actor did, each step once and in order', async () => {
    const address = fresh();
    await commit(address, [[], [{ type: 'SAID', text: 'é✓' }], [], [{ type: 'A' }, { type: 'B' }]]);
    const { histories } = bus();
    await expect.poll(async () => stepsOf(await histories.read(address))).toEqual([1, 2, 3, 4]);
    expect((await histories.read(address)).map(({ emitted }) => emitted)).toEqual([
      [],
      [{ type: 'SAID', text: 'é✓' }],
      [],
      [{ type: 'A' }, { type: 'B' }],
    ]);
    expect(stepsOf(await histories.read(address, { limit: 2 }))).toEqual([3, 4]);
    expect(stepsOf(await histories.read(address, { fromStep: 2, limit: 2 }))).toEqual([2, 3]);
    expect(await histories.read(fresh())).toEqual([]);
  });

  it('shows the newest step when a node takes over, whatever became of the one that made it', async () => {
    const address = fresh();
    await commit(address, [[], []]);
    await node('orca-b').store.load(address);
    await expect.poll(async () => stepsOf(await bus().histories.read(address))).toEqual([1, 2]);
  });

  it('tells followers of an actor and of its root each later step, with the view', async () => {
    const address = fresh();
    const seen: NotedStep[] = [];
    const seenOfRoot: NotedStep[] = [];
    const root = address.split(':')[2] ?? '';
    const { histories } = bus();
    const one = await histories.follow(address, (step) => seen.push(step));
    const all = await histories.follow({ root }, (step) => seenOfRoot.push(step));
    await commit(address, [[], [{ type: 'SAID' }]]);
    await commit(fresh(), [[]]);
    await expect.poll(() => seen.length).toBe(2);
    expect(seen).toMatchObject([
      { note: { step: 1, emitted: [] }, view: { address, step: 1 } },
      { note: { step: 2, emitted: [{ type: 'SAID' }] }, view: { address, step: 2 } },
    ]);
    await expect.poll(() => seenOfRoot).toEqual(seen);
    await one.close();
    await all.close();
  });

  it('forgets the record of an actor that has ended after its time, and not what it did', async () => {
    const address = fresh();
    const expectedRevision = await commit(address, [[]]);
    const { store } = node('orca-a');
    const last = aCommit({
      address,
      epoch: await own(address),
      topology: bus().topology,
      expectedRevision,
      step: 2,
    });
    await store.commit({ ...last, expireAfterMs: 1_000 });
    await expect.poll(() => store.load(address), { timeout: 10_000, interval: 200 }).toBeNull();
    expect(stepsOf(await bus().histories.read(address))).toEqual([1, 2]);
  });

  it('cuts a note that is too large, and says how much it left out', async () => {
    const address = fresh();
    const large = { type: 'LARGE', text: 'x'.repeat(20_000) };
    await commit(address, [[{ type: 'SMALL' }, large, { type: 'LAST' }]]);
    await expect
      .poll(() => bus().histories.read(address))
      .toMatchObject([{ step: 1, emitted: [{ type: 'SMALL' }, { type: 'LAST' }], left: 1 }]);
  });
}
