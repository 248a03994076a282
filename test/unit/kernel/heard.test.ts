import { describe, expect, it } from 'vitest';
import { addressOf } from '#contracts/address.ts';
import { hear, type Heard } from '#runtime/kernel/heard.ts';
import type { Delivery } from '#runtime/kernel/kernel.ts';

const to = addressOf({ service: 'bank', type: 'account', root: 'a', id: 'a' });
const sender = (id: string): ReturnType<typeof addressOf> =>
  addressOf({ service: 'shop', type: 'order', root: id, id });

function delivery(args: { from?: string; id: string; log?: Delivery['log'] }): Delivery {
  const from = args.from === undefined ? {} : { from: sender(args.from) };
  return {
    log: args.log ?? 'ingress',
    sequence: 1,
    envelope: { v: 1, kind: 'event', id: args.id, to, event: { type: 'PING' }, ...from },
  };
}

const numbered = (from: string, numbers: string): Delivery =>
  delivery({ from, id: `${sender(from)}@${numbers}` });

describe('what an actor has heard', () => {
  it('lets a sender be heard once, in its order', () => {
    let heard: Heard = {};
    for (const numbers of ['1.0', '1.1', '3.0', '3.12']) {
      const next = hear(heard, numbered('o1', numbers));
      expect(next).not.toBeNull();
      heard = next ?? heard;
    }
    for (const numbers of ['1.0', '1.1', '3.0', '3.12', '2.7'])
      expect(hear(heard, numbered('o1', numbers))).toBeNull();
    expect(hear(heard, numbered('o1', '3.13'))).not.toBeNull();
    expect(hear(heard, numbered('o1', '10.0'))).not.toBeNull();
  });

  it('keeps senders apart', () => {
    const heard = hear({}, numbered('o1', '5.0')) ?? {};
    expect(hear(heard, numbered('o2', '1.0'))).toEqual({
      heard: { [sender('o1')]: [5, 0], [sender('o2')]: [1, 0] },
    });
  });

  it('remembers the most recent senders only', () => {
    let heard: Heard = {};
    for (let index = 0; index < 200; index += 1) heard = hear(heard, numbered(`o${index}`, '1.0')) ?? heard;
    expect(Object.keys(heard.heard ?? {})).toHaveLength(128);
    expect(hear(heard, numbered('o199', '1.0'))).toBeNull();
  });

  it('hears a sender that lives again, and each of its sends once', () => {
    const first = hear({}, numbered('o1', '5.0~1000')) ?? {};
    expect(first).toEqual({ heard: { [sender('o1')]: [5, 0] }, heardLives: { [sender('o1')]: 1000 } });
    expect(hear(first, numbered('o1', '5.0~1000'))).toBeNull();
    const second = hear(first, numbered('o1', '1.0~2000')) ?? {};
    expect(second).toEqual({ heard: { [sender('o1')]: [1, 0] }, heardLives: { [sender('o1')]: 2000 } });
    expect(hear(second, numbered('o1', '1.0~2000'))).toBeNull();
  });

  it('goes on with a sender that did not name its life before', () => {
    const before = hear({}, numbered('o1', '5.0')) ?? {};
    expect(hear(before, numbered('o1', '6.0~1000'))).not.toBeNull();
    const after = hear(before, numbered('o1', '6.0~1000')) ?? {};
    expect(hear(after, numbered('o1', '5.0'))).toBeNull();
    expect(hear(after, numbered('o1', '7.0'))).not.toBeNull();
  });

  it('never refuses what carries no number of its sender', () => {
    const heard = hear({}, numbered('o1', '5.0')) ?? {};
    expect(hear(heard, delivery({ id: 'from-a-user' }))).toBe(heard);
    expect(hear(heard, delivery({ from: 'o1', id: 'a-name-of-its-own@1.0' }))).toBe(heard);
    expect(hear(heard, delivery({ from: 'o1', id: `${sender('o1')}@1.0`, log: 'mailbox' }))).toBe(heard);
  });
});
