/** What every binding promises of asks that are not stored, on the line and through a node. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { addressOf, type Address } from '#contracts/address.ts';
import type { DirectAsk } from '#contracts/direct-ask.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { partitionCount, placeOf } from '#contracts/topology.ts';
import { DirectAsker } from '#runtime/direct-asker.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { startNode, type NodePorts, type RunningNode } from '#runtime/node.ts';
import { OwnSends } from '#runtime/own-sends.ts';
import type { EnvelopeAnswer, OwnerLine } from '#runtime/ports.ts';
import { silentEvents } from '#runtime/runtime-events.ts';
import { aCommit, rootAddress } from '#test/support/records.ts';
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
  describe(`the line to an owner in ${binding}`, () => {
    let bus: PortsUnderTest;
    beforeAll(async () => void (bus = await open()));
    afterAll(() => bus.dispose());

    const askOf = (to: Address): DirectAsk => ({
      v: 1,
      envelope: { v: 1, kind: 'event', id: `e-${to}`, to, event: { type: 'INC' } },
    });
    /** Hears the asks for an actor's partition, and answers each, or not. */
    async function listen(
      node: string,
      to: Address,
      answers = true,
    ): Promise<{ heard: DirectAsk[]; close(): Promise<void> }> {
      const ports = bus.portsOf('orca', node);
      const heard: DirectAsk[] = [];
      const { partition } = placeOf(to, bus.topology);
      const subscription = await ports.directAsks.listen([partition], (ask, of) => {
        expect(of).toBe(partition);
        heard.push(ask);
        const { envelope } = ask;
        if (answers && 'replyTo' in envelope && envelope.replyTo)
          ports.replies.reply(envelope.replyTo, { outcome: 'applied', step: 2 });
      });
      return { heard, close: () => subscription.close() };
    }

    it('declines when nobody listens, or not any more', async () => {
      const to = rootAddress('orca', 'nobody');
      expect(await bus.ownerLine.ask(askOf(to), 5_000)).toEqual({ outcome: 'declined' });
      const owner = await listen('a', to);
      await owner.close();
      await expect.poll(() => bus.ownerLine.ask(askOf(to), 5_000)).toEqual({ outcome: 'declined' });
    });

    it('carries an ask to whoever listens, and the answer back', async () => {
      const to = rootAddress('orca', 'heard');
      const owner = await listen('a', to);
      const answer = await bus.ownerLine.ask({ ...askOf(to), after: 5 }, 5_000);
      expect(answer).toEqual({ outcome: 'applied', step: 2 });
      expect(owner.heard).toMatchObject([{ after: 5, envelope: { to, event: { type: 'INC' } } }]);
      await owner.close();
    });

    it('carries it to one of two', async () => {
      const to = rootAddress('orca', 'two');
      const owners = [await listen('a', to), await listen('b', to)];
      for (let count = 0; count < 20; count += 1) await bus.ownerLine.ask(askOf(to), 5_000);
      expect(owners.reduce((sum, { heard }) => sum + heard.length, 0)).toBe(20);
      for (const owner of owners) await owner.close();
    });

    it('says that it does not know when there is no answer', async () => {
      const to = rootAddress('orca', 'silent');
      const owner = await listen('a', to, false);
      expect(await bus.ownerLine.ask(askOf(to), 200)).toBeNull();
      expect(owner.heard).toHaveLength(1);
      await owner.close();
    });
  });

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
        definitions: [{ type: 'counter', version: 1, machine: counter }],
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
      return { ask, sends };
    };
    const eventTo = (to: Address, type: string): Envelope => ({
      v: 1,
      kind: 'event',
      id: `e${(ids += 1)}`,
      to,
      event: { type },
    });
    async function born(): Promise<Address> {
      ids += 1;
      const to = addressOf({ service: 'orca', type: 'counter', root: `k${ids}`, id: `k${ids}` });
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
