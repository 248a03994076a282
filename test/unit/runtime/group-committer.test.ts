import { describe, expect, it } from 'vitest';
import type { Bus } from '#bus/connect.ts';
import { GroupCommitter } from '#bus/group-committer.ts';
import type { OutgoingMessage } from '#bus/publish.ts';

type Sent = { batch: string | null; messages: string[] };

const CONFLICT = { err_code: 10071, description: 'wrong last sequence' };

/** A server of one stream: it answers commits in order, refuses what is called bad, and can hold its answers. */
function fakeServer(options: { silent?: boolean; holds?: boolean } = {}) {
  const sent: Sent[] = [];
  const staged = new Map<string, string[]>();
  const held: (() => void)[] = [];
  let sequence = 0;
  let inFlight = 0;
  let inFlightMax = 0;
  type Options = { headers: { get(name: string): string } };
  const bus = {
    status: () => ({ async *[Symbol.asyncIterator]() {} }),
    publish: (subject: string, _body: string, { headers }: Options) => {
      const id = headers.get('Nats-Batch-Id');
      staged.set(id, [...(staged.get(id) ?? []), subject]);
    },
    request: async (subject: string, _body: string, { headers }: Options) => {
      const batch = headers.get('Nats-Batch-Id') || null;
      const messages = [...(batch === null ? [] : (staged.get(batch) ?? [])), subject];
      sent.push({ batch, messages });
      inFlight += 1;
      inFlightMax = Math.max(inFlightMax, inFlight);
      if (options.holds) await new Promise<void>((resolve) => held.push(resolve));
      inFlight -= 1;
      if (options.silent) throw new Error('timeout');
      if (messages.some((message) => message.startsWith('bad'))) return { json: () => ({ error: CONFLICT }) };
      sequence += messages.length;
      return { json: () => ({ stream: 's', seq: sequence, count: messages.length }) };
    },
  } as unknown as Bus;
  return { committer: new GroupCommitter(bus), sent, held, inFlightMax: () => inFlightMax };
}

const unit = (name: string, size = 1): OutgoingMessage[] =>
  Array.from({ length: size }, (_, index) => ({ subject: `${name}.${index}` }));

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('the group committer', () => {
  it('publishes a unit of one message that is alone, without a batch (G1)', async () => {
    const { committer, sent } = fakeServer();
    expect(await committer.commit(unit('a'))).toBe(1);
    expect(sent).toMatchObject([{ batch: null, messages: ['a.0'] }]);
  });

  it('stores units that wait together in one batch, and tells each its first sequence (G2)', async () => {
    const { committer, sent } = fakeServer();
    const units = [unit('a', 2), unit('b'), unit('c', 3)];
    expect(await Promise.all(units.map((messages) => committer.commit(messages)))).toEqual([1, 3, 4]);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.messages).toEqual(['a.0', 'a.1', 'b.0', 'c.0', 'c.1', 'c.2']);
  });

  it('puts at most 256 units and 1000 messages into one batch (G2)', async () => {
    const many = fakeServer();
    await Promise.all(Array.from({ length: 520 }, (_, index) => many.committer.commit(unit(`u${index}`, 2))));
    expect(many.sent.map(({ messages }) => messages.length)).toEqual([512, 512, 16]);
    const large = fakeServer();
    await Promise.all(['a', 'b', 'c'].map((name) => large.committer.commit(unit(name, 400))));
    expect(large.sent.map(({ messages }) => messages.length)).toEqual([800, 400]);
  });

  it('has one batch in flight (G3)', async () => {
    const { committer, held, inFlightMax } = fakeServer({ holds: true });
    const all = Array.from({ length: 1_000 }, (_, index) => committer.commit(unit(`u${index}`, 2)));
    await turn();
    expect(held).toHaveLength(1);
    for (let released = 0; released < 4; released += 1) {
      held[released]?.();
      await turn();
    }
    await Promise.all(all);
    expect(inFlightMax()).toBe(1);
  });

  it('waits for what its units lead to, and stores that with what has waited meanwhile (G3)', async () => {
    const { committer, held, sent } = fakeServer({ holds: true });
    const first = ['a', 'b'].map((name) => committer.commit(unit(name, 2)));
    const next = first.map(async (stored, index) => {
      await stored;
      return committer.commit(unit(`next${index}`));
    });
    await turn();
    const waiting = committer.commit(unit('c', 2));
    held[0]?.();
    await turn();
    held[1]?.();
    await Promise.all([...next, waiting]);
    expect(sent.map(({ messages }) => messages)).toEqual([
      ['a.0', 'a.1', 'b.0', 'b.1'],
      ['c.0', 'c.1', 'next0.0', 'next1.0'],
    ]);
  });

  it('stores many in two halves in turn: one is on its way while what comes of the other is made (G4)', async () => {
    const { committer, held, sent } = fakeServer({ holds: true });
    let made = 0;
    const workflow = async (index: number): Promise<void> => {
      for (let step = 0; step < 3; step += 1) {
        await committer.commit(unit(`u${index}-${step}`, 2));
        made += 1;
      }
    };
    const all = Array.from({ length: 80 }, (_, index) => workflow(index));
    for (let released = 0; released < 6; released += 1) {
      await turn();
      expect(held).toHaveLength(released + 1);
      expect(made).toBe(released * 40);
      held[released]?.();
    }
    await Promise.all(all);
    expect(sent.map(({ messages }) => messages.length)).toEqual([80, 80, 80, 80, 80, 80]);
  });

  it('refuses only the unit that is in conflict, when its group is refused (G5)', async () => {
    const { committer } = fakeServer();
    const units = [unit('a', 2), unit('bad', 2), unit('c', 2)];
    const outcomes = await Promise.allSettled(units.map((messages) => committer.commit(messages)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: CONFLICT.err_code } });
  });

  it('tells every unit that nobody knows what happened when no answer came, and sends none again (G6)', async () => {
    const { committer, sent } = fakeServer({ silent: true });
    const units = [unit('a', 2), unit('b', 2)];
    const outcomes = await Promise.allSettled(units.map((messages) => committer.commit(messages)));
    expect(outcomes).toMatchObject([{ reason: { code: 0 } }, { reason: { code: 0 } }]);
    expect(sent).toHaveLength(1);
  });
});
