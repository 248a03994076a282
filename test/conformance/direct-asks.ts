/** What every binding promises of asks and starts that are not stored, through a node. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { addressOf, type Address } from '#contracts/address.ts';
import type { Envelope, StartConflict } from '#contracts/envelope.ts';
import { partitionCount, placeOf } from '#contracts/topology.ts';
import { DirectAsker } from '#runtime/direct-asker.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { startNode, type NodePorts, type RunningNode } from '#runtime/node.ts';
import { OwnSends } from '#runtime/own-sends.ts';
import type { EnvelopeAnswer, OwnerLine } from '#runtime/ports.ts';
import { silentEvents } from '#runtime/runtime-events.ts';
import { aCommit } from '#test/support/records.ts';
import type { PortsUnderTest } from './node-ports.ts';

const counter = setup({
  types: { context: {} as { count: number }, events: {} as { type: 'INC' } | { type: 'CLOSE' } },
}).createMachine({
  id: 'counter',
  context: { count: 0 },
  initial: 'open',
  states: {
    open: {
      on: { INC: { actions: assign({ count: ({ context }) => context.count + 1 }) }, CLOSE: 'closed' },
    },
    closed: {},
  },
});

export function describeDirectAsks(binding: string, open: () => Promise<PortsUnderTest>): void {
  describe(`direct asks through a node in ${binding}`, () => {
    let bus: PortsUnderTest;
    let ports: NodePorts;
    let node: RunningNode;
    let nodes = 0;
    let ids = 0;
    const startOne = async (): Promise<RunningNode> => {
      nodes += 1;
      return startNode({
        node: `n${nodes}`,
        partitions: partitionCount(bus.topology),
        kernel: createKernel(),
        definitions: [
          { type: 'counter', version: 1, machine: counter },
          { type: 'brief', version: 1, machine: counter, retentionMs: 599_999 },
        ],
        activities: {},
        queues: [],
        ports: bus.portsOf('orca', `n${nodes}`),
        events: silentEvents,
      });
    };
    beforeAll(async () => {
      bus = await open();
      ports = bus.portsOf('orca', 'client');
      node = await startOne();
    });
    afterAll(async () => {
      await node.stop({ graceMs: 0 });
      await bus.dispose();
    });

    /** A client; `line` absent: the bus's own. */
    const client = (line: OwnerLine = bus.ownerLine) => {
      const sends = new OwnSends();
      const { clock } = ports;
      const stored = bus.storedAsks(sends);
      const asker = new DirectAsker({
        line,
        stored,
        sends,
        clock,
        topology: bus.topology,
        newName: () => `c${(ids += 1)}`,
      });
      const ask = (to: Address, type: string): Promise<EnvelopeAnswer | null> =>
        asker.ask(eventTo(to, type), 15_000);
      const start = (to: Address, onConflict?: StartConflict): Promise<EnvelopeAnswer | null> =>
        asker.ask(startOf(to, onConflict), 15_000);
      return { ask, start, sends };
    };
    const eventTo = (to: Address, type: string): Envelope => ({
      v: 1,
      kind: 'event',
      id: `e${(ids += 1)}`,
      to,
      event: { type },
    });
    const startOf = (to: Address, onConflict?: StartConflict): Envelope => ({
      v: 1,
      kind: 'start',
      id: `s${(ids += 1)}`,
      to,
      ...(onConflict && { onConflict }),
    });
    const unborn = (type = 'counter'): Address => {
      ids += 1;
      return addressOf({ service: 'orca', type, root: `k${ids}`, id: `k${ids}` });
    };
    async function born(): Promise<Address> {
      const to = unborn();
      await bus.storedAsks(new OwnSends()).ask({ v: 1, kind: 'start', id: `s${ids}`, to }, 15_000);
      return to;
    }
    const recordOf = async (to: Address) => {
      const stored = await ports.store.load(to);
      if (!stored) throw new Error(`${to} does not exist`);
      return stored.record;
    };
    const countOf = async (to: Address): Promise<unknown> => (await recordOf(to)).state.context['count'];
    const newestIn = (to: Address): Promise<number> =>
      ports.logs.newestIngress(placeOf(to, bus.topology).partition);

    it('answers after the commit, and puts nothing into the ingress', async () => {
      const to = await born();
      const before = await newestIn(to);
      const { ask } = client();
      expect(await ask(to, 'INC')).toMatchObject({
        outcome: 'applied',
        status: 'active',
        value: 'open',
        step: 2,
      });
      expect(await countOf(to)).toBe(1);
      expect(await newestIn(to)).toBeLessThanOrEqual(before);
    });

    it('starts an actor, and puts nothing into the ingress', async () => {
      const to = unborn();
      const before = await newestIn(to);
      const { start } = client();
      expect(await start(to)).toMatchObject({ outcome: 'applied', status: 'active', value: 'open', step: 1 });
      expect(await newestIn(to)).toBeLessThanOrEqual(before);
    });

    it('starts nothing where an actor is', async () => {
      const to = unborn();
      const { ask, start } = client();
      await start(to);
      await ask(to, 'INC');
      const before = await recordOf(to);
      expect(await start(to)).toMatchObject({
        outcome: 'refused',
        reason: expect.stringContaining('EXISTS'),
      });
      expect(await start(to, 'use-existing')).toMatchObject({ outcome: 'applied', existing: true, step: 2 });
      expect(await recordOf(to)).toEqual(before);
      expect(await start(to, 'replace')).toMatchObject({ outcome: 'applied', step: 3 });
      expect(await countOf(to)).toBe(0);
    });

    it('leaves a start that replaces to the ingress', async () => {
      const to = await born();
      const ask = { v: 1, envelope: startOf(to, 'replace') } as const;
      expect(await bus.ownerLine.ask(ask, 5_000)).toEqual({ outcome: 'declined' });
    });

    it.each(['brief', 'unheardOf'])(
      'leaves a start to the ingress when its record may soon be gone: %s',
      async (type) => {
        const ask = { v: 1, envelope: startOf(unborn(type)) } as const;
        expect(await bus.ownerLine.ask(ask, 5_000)).toEqual({ outcome: 'declined' });
      },
    );

    it('starts one of two when the first answer is lost, also after another node took over', async () => {
      const to = unborn();
      let starts = 0;
      const lossy: OwnerLine = {
        ask: async (asked, timeoutMs) => {
          starts += 1;
          await bus.ownerLine.ask(asked, timeoutMs);
          await client().ask(to, 'INC');
          await node.stop({ graceMs: 0 });
          node = await startOne();
          return null;
        },
      };
      expect(await client(lossy).start(to)).toMatchObject({ outcome: 'applied', repeated: true });
      expect(starts).toBe(1);
      expect(await countOf(to)).toBe(1);
    }, 30_000);

    it('gives a new actor nothing that its address was sent before', async () => {
      const to = unborn();
      await bus.storedAsks(new OwnSends()).ask(eventTo(to, 'INC'), 15_000);
      expect(await client().start(to)).toMatchObject({ outcome: 'applied', step: 1 });
      await node.stop({ graceMs: 0 });
      node = await startOne();
      expect(await client().ask(to, 'CLOSE')).toMatchObject({ outcome: 'applied' });
      expect(await countOf(to)).toBe(0);
    }, 30_000);

    it('refuses without a commit what no state takes', async () => {
      const to = await born();
      const { ask } = client();
      await ask(to, 'CLOSE');
      const before = await recordOf(to);
      expect(await ask(to, 'INC')).toMatchObject({
        outcome: 'refused',
        reason: 'unhandled',
        value: 'closed',
      });
      expect(await recordOf(to)).toEqual(before);
    });

    it('refuses only by the newest record', async () => {
      const to = await born();
      const { ask } = client();
      await ask(to, 'CLOSE');
      const { record, revision } = (await ports.store.load(to)) ?? {};
      if (!record || revision === undefined) throw new Error('not stored');
      // as another owner would, behind the back of this one
      const { partition } = placeOf(to, bus.topology);
      const epoch = await ports.ownership.currentEpoch(partition);
      const commit = aCommit({ address: to, epoch, topology: bus.topology, expectedRevision: revision });
      const reopened = { ...record, step: record.step + 1, state: { ...record.state, value: 'open' } };
      await ports.store.commit({ ...commit, record: reopened });
      expect(await ask(to, 'INC')).toMatchObject({ outcome: 'applied', value: 'open' });
      expect(await countOf(to)).toBe(1);
    });

    it('applies one of two when the first answer is lost, also after another node took over', async () => {
      const to = await born();
      const lossy: OwnerLine = {
        ask: async (asked, timeoutMs) => {
          await bus.ownerLine.ask(asked, timeoutMs);
          await node.stop({ graceMs: 0 });
          node = await startOne();
          return null;
        },
      };
      expect(await client(lossy).ask(to, 'INC')).toMatchObject({ outcome: 'applied', repeated: true });
      expect(await countOf(to)).toBe(1);
    }, 30_000);

    it('takes an ask behind what an owner before has applied and forgotten', async () => {
      const to = await born();
      const sends = new OwnSends();
      await bus.storedAsks(sends).ask(eventTo(to, 'INC'), 15_000);
      const { partition } = placeOf(to, bus.topology);
      await node.stop({ graceMs: 0 });
      await ports.logs.purge({ log: 'ingress', partition, belowSequence: (sends.newestTo(to) ?? 0) + 1 });
      node = await startOne();
      const after = sends.newestTo(to) ?? 0;
      const askNow = () => bus.ownerLine.ask({ v: 1, envelope: eventTo(to, 'INC'), after }, 5_000);
      // nobody listens at first
      await expect.poll(askNow, { timeout: 10_000 }).toMatchObject({ outcome: 'applied' });
      expect(await countOf(to)).toBe(2);
    }, 30_000);

    it('applies what a client sent before first', async () => {
      const to = await born();
      const { ask, sends } = client();
      for (let round = 0; round < 20; round += 1) {
        const sent = bus.storedAsks(sends).ask(eventTo(to, 'INC'), 15_000);
        await expect.poll(() => sends.newestTo(to), { interval: 1 }).toBeDefined();
        const answer = await ask(to, 'INC');
        await sent;
        expect(answer).toMatchObject({ outcome: 'applied' });
        expect(await countOf(to)).toBe(2 * round + 2);
      }
    });

    it('keeps for later what comes while the actor is paused', async () => {
      const to = await born();
      await bus.storedAsks(new OwnSends()).ask({ v: 1, kind: 'pause', id: `p-${to}`, to }, 15_000);
      const asked = client().ask(to, 'INC');
      await expect.poll(async () => (await recordOf(to)).held?.length, { timeout: 10_000 }).toBe(1);
      expect(await countOf(to)).toBe(0);
      await bus.storedAsks(new OwnSends()).ask({ v: 1, kind: 'resume', id: `r-${to}`, to }, 15_000);
      expect(await asked).toMatchObject({ outcome: 'applied' });
      expect(await countOf(to)).toBe(1);
    }, 30_000);
  });
}
