/** What every binding promises of the line to a partition's owner, for asks that are not stored. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '#contracts/address.ts';
import type { DirectAsk } from '#contracts/direct-ask.ts';
import { placeOf } from '#contracts/topology.ts';
import { rootAddress } from '#test/support/records.ts';
import type { PortsUnderTest } from './node-ports.ts';

export function describeOwnerLine(binding: string, open: () => Promise<PortsUnderTest>): void {
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
}
