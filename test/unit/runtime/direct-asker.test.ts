import { describe, expect, it } from 'vitest';
import { addressOf } from '#contracts/address.ts';
import type { DirectAnswer, DirectAsk } from '#contracts/direct-ask.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { Topology } from '#contracts/topology.ts';
import { DirectAsker } from '#runtime/direct-asker.ts';
import { OwnSends } from '#runtime/own-sends.ts';
import type { EnvelopeAnswer } from '#runtime/ports.ts';

const to = addressOf({ service: 'shop', type: 'order', root: 'o', id: 'o' });
const applied: EnvelopeAnswer = { outcome: 'applied', status: 'active' };
const declined: DirectAnswer = { outcome: 'declined' };
type Event = Extract<Envelope, { kind: 'event' }>;

type Said = DirectAnswer | null | Promise<DirectAnswer>;

/** A client whose owner says one thing after the other and then `applied`, and whose ingress answers as `stored`. */
function asking(said: Said[], stored: EnvelopeAnswer | Error | null = applied) {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, sleep: async (delayMs: number) => pass(delayMs) };
  const pass = (timeMs: number): void => void (nowMs += timeMs);
  const sends = new OwnSends();
  const direct: DirectAsk[] = [];
  const ingress: Event[] = [];
  let names = 0;
  const asker = new DirectAsker({
    line: {
      ask: async (ask, timeoutMs) => {
        direct.push(ask);
        const answer = said.length === 0 ? applied : ((await said.shift()) ?? null);
        if (answer === null) pass(timeoutMs);
        return answer;
      },
    },
    stored: {
      ask: async (envelope, timeoutMs) => {
        ingress.push(envelope as Event);
        if (stored instanceof Error) throw stored;
        if (stored === null) pass(timeoutMs);
        return stored;
      },
    },
    sends,
    clock,
    topology: Topology.parse({}),
    newName: () => `client-${(names += 1)}`,
  });
  let ids = 0;
  const ask = (): Promise<EnvelopeAnswer | null> =>
    asker.ask({ v: 1, kind: 'event', id: `e${(ids += 1)}`, to, event: { type: 'PAY' } }, 20_000);
  const numbers = () => direct.map(({ envelope }) => (envelope as Event).asker);
  return { asker, ask, pass, sends, direct, ingress, numbers };
}

describe('a client that asks', () => {
  it('stores nothing when the owner answers, and says which answers it knows', async () => {
    const client = asking([]);
    expect(await client.ask()).toEqual(applied);
    await client.ask();
    expect(client.ingress).toEqual([]);
    expect(client.numbers()).toEqual([
      { client: 'client-1', number: 1, below: 1 },
      { client: 'client-1', number: 2, below: 2 },
    ]);
  });

  it('does not count an ask as known while it waits for its answer', async () => {
    const first = Promise.withResolvers<DirectAnswer>();
    const client = asking([first.promise]);
    const waiting = client.ask();
    await client.ask();
    expect(client.numbers()[1]).toMatchObject({ number: 2, below: 1 });
    first.resolve(applied);
    await waiting;
    await client.ask();
    expect(client.numbers()[2]).toMatchObject({ number: 3, below: 3 });
  });

  it('asks by the ingress under the same number when the owner declines', async () => {
    const client = asking([declined]);
    expect(await client.ask()).toEqual(applied);
    expect(client.ingress).toHaveLength(1);
    expect(client.ingress[0]).toMatchObject({ id: 'e1', asker: { client: 'client-1', number: 1 } });
    await client.ask();
    expect(client.direct).toHaveLength(2);
  });

  it('stores it once, and asks directly under the same number until there is an answer', async () => {
    const client = asking([null, declined, null], null);
    expect(await client.ask()).toEqual(applied);
    expect(client.numbers().map((asker) => asker?.number)).toEqual([1, 1, 1, 1]);
    expect(client.ingress.map(({ id, asker }) => [id, asker?.number])).toEqual([['e1', 1]]);
  });

  it('asks again under the same number when the owner is silent, and leaves it alone for a while', async () => {
    const client = asking([null]);
    await client.ask();
    expect(client.ingress[0]).toMatchObject({ id: 'e1', asker: { client: 'client-1', number: 1 } });
    await client.ask();
    expect(client.direct).toHaveLength(1);
    expect(client.ingress[1]).toMatchObject({ id: 'e2', asker: { number: 2 } });
    client.pass(10_000);
    await client.ask();
    expect(client.direct).toHaveLength(2);
  });

  it('goes on under another name when an ask may be decided at any later time', async () => {
    const client = asking(
      Array.from({ length: 9 }, () => null),
      null,
    );
    expect(await client.ask()).toBeNull();
    client.pass(10_000);
    await client.ask();
    expect(client.numbers().at(-1)).toEqual({ client: 'client-2', number: 2, below: 2 });
  });

  it('goes on under another name when no server takes an ask', async () => {
    const client = asking([null], new Error('no server'));
    await expect(client.ask()).rejects.toThrow('no server');
    client.pass(10_000);
    await client.ask();
    expect(client.numbers().at(-1)).toMatchObject({ client: 'client-2', below: 2 });
  });

  it('asks by the ingress when the actor would have to remember too many', async () => {
    const first = Promise.withResolvers<DirectAnswer>();
    const client = asking([first.promise]);
    const waiting = client.ask();
    for (let count = 0; count < 70; count += 1) await client.ask();
    expect(client.direct).toHaveLength(64);
    expect(client.ingress).toHaveLength(7);
    first.resolve(applied);
    await waiting;
    await client.ask();
    expect(client.direct).toHaveLength(65);
  });

  it('names what it sent to the actor before, until the owner has read it', async () => {
    const client = asking([declined]);
    client.sends.stored(to, 7);
    await client.ask();
    await client.ask();
    await client.ask();
    expect(client.direct.map(({ after }) => after)).toEqual([7, 7, undefined]);
  });

  it('starts directly, and by the ingress under the same id when there is no answer', async () => {
    const start = { v: 1, kind: 'start', id: 's1', to } as const;
    const client = asking([applied, null]);
    expect(await client.asker.ask(start, 20_000)).toEqual(applied);
    expect(client.ingress).toEqual([]);
    expect(await client.asker.ask({ ...start, id: 's2', onConflict: 'use-existing' }, 20_000)).toEqual(
      applied,
    );
    expect(client.direct.map(({ envelope }) => envelope.id)).toEqual(['s1', 's2']);
    expect(client.ingress).toMatchObject([{ id: 's2', onConflict: 'use-existing' }]);
  });

  it.each([
    ['a control', { v: 1, kind: 'cancel', id: 'x', to }],
    ['a start that replaces', { v: 1, kind: 'start', id: 'x', to, onConflict: 'replace' }],
    ['the start of a child', { v: 1, kind: 'start', id: 'x', to, parent: { address: to, childId: 'c' } }],
  ] as const)('sends %s by the ingress', async (_what, envelope) => {
    const client = asking([]);
    await client.asker.ask(envelope, 1_000);
    expect(client.direct).toEqual([]);
    expect(client.ingress).toHaveLength(1);
  });
});
