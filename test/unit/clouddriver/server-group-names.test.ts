import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf } from '#contracts/address.ts';
import {
  ISSUED_COUNT_MAX,
  release,
  reserve,
  type NameBook,
  type ReserveName,
} from '#machines/clouddriver/server-group-names.ts';
import { serverGroupNamesAddress } from '#machines/clouddriver/server-group-names-address.ts';
import { bothModes, given } from '#test/support/machine-harness.ts';
import { DEFINITIONS } from './operation-world.ts';

const EMPTY: NameBook = { held: {}, issued: [] };

function operation(number: number) {
  const id = `op-${number}`;
  return addressOf({ service: 'clouddriver', type: 'createServerGroup', root: 'exec-1', id });
}

function asking(number: number, more: Partial<ReserveName> = {}): ReserveName {
  return {
    type: 'names.reserve',
    operation: operation(number),
    key: '0',
    cluster: 'app',
    existing: [],
    ...more,
  };
}

const names = DEFINITIONS.find(({ type }) => type === 'serverGroupNames');
if (!names) throw new Error('There is no keeper of names.');

describe('the book of names', () => {
  /** Operations reserve, ask again and release in any order; the cloud shows any part of what was made. */
  const moves = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('reserve' as const), by: fc.nat(30), seen: fc.nat() }),
      fc.record({ kind: fc.constant('release' as const), by: fc.nat(30) }),
    ),
    { maxLength: 200 },
  );

  it('never holds one name for two operations and answers the same operation alike', () => {
    fc.assert(
      fc.property(moves, (list) => {
        let book = EMPTY;
        const given: { name: string; createdAtMs: number }[] = [];
        list.forEach((move, index) => {
          if (move.kind === 'release') {
            book = release(book, { type: 'names.release', operation: operation(move.by), key: '0' });
            return;
          }
          const before = book.held[`${operation(move.by)}#0`];
          const existing = given.slice(0, given.length === 0 ? 0 : move.seen % given.length);
          const { book: after, answer } = reserve(book, asking(move.by, { existing }), index);
          if (answer.type !== 'names.reserved') throw new Error('There were free names.');
          if (before) expect(answer.name).toBe(before.name);
          else {
            const recent = given.slice(-ISSUED_COUNT_MAX).map(({ name }) => name);
            expect(recent).not.toContain(answer.name);
            given.push({ name: answer.name, createdAtMs: index });
          }
          book = after;
          const held = Object.values(book.held).map(({ name }) => name);
          expect(new Set(held).size).toBe(held.length);
        });
      }),
    );
  });

  it('goes on after what the cloud has, and not below it when a release came first', () => {
    const existing = [{ name: 'app-v041', createdAtMs: 10 }];
    const first = reserve(EMPTY, asking(1, { existing }), 20);
    const second = reserve(first.book, asking(2, { existing }), 21);

    expect(first.answer).toEqual({ type: 'names.reserved', key: '0', name: 'app-v042' });
    expect(second.answer).toMatchObject({ name: 'app-v043' });
    const released = release(second.book, { type: 'names.release', operation: operation(2), key: '0' });
    expect(reserve(released, asking(3, { existing }), 22).answer).toMatchObject({ name: 'app-v044' });
  });

  it('refuses a forced number that exists or is being made, and names the remedy', () => {
    const existing = [{ name: 'app-v007', createdAtMs: 1 }];
    const refused = reserve(EMPTY, asking(1, { existing, sequence: 7 }), 2).answer;

    expect(refused).toMatchObject({ type: 'names.refused', failure: { code: 'SERVER_GROUP_NAME_TAKEN' } });
    expect(reserve(EMPTY, asking(1, { existing, sequence: 8 }), 2).answer).toMatchObject({
      name: 'app-v008',
    });
  });

  it('forgets the oldest ended reservations, so that numbers can wrap', () => {
    let book = EMPTY;
    for (let number = 0; number < 2_500; number += 1) {
      const { book: after, answer } = reserve(book, asking(number), number);
      expect(answer.type).toBe('names.reserved');
      book = release(after, { type: 'names.release', operation: operation(number), key: '0' });
    }
    expect(book.issued).toHaveLength(ISSUED_COUNT_MAX);
  });
});

describe('the keeper of names', () => {
  bothModes('is started by the first event and answers each operation with its own name', async (mode) => {
    const keeper = await given(names, { mode, service: 'clouddriver' });

    await keeper.send(asking(1));
    await keeper.send(asking(2));
    await keeper.send(asking(1));

    expect(keeper.sent().map(({ to, event }) => [to, event['name']])).toEqual([
      [operation(1), 'app-v000'],
      [operation(2), 'app-v001'],
      [operation(1), 'app-v000'],
    ]);
  });

  bothModes('ignores what it cannot read', async (mode) => {
    const keeper = await given(names, { mode, service: 'clouddriver' });

    await keeper.send({ type: 'names.reserve', operation: 'nobody' } as { type: string });

    expect(keeper.sent()).toEqual([]);
    expect(keeper.status()).toBe('active');
  });

  it('has one address for each account, region and cluster, whatever characters they have', () => {
    const places = [
      { account: 'a', region: 'r', cluster: 'app-st' },
      { account: 'a', region: 'r', cluster: 'app.st' },
      { account: 'a', region: 'r', cluster: 'app_st' },
      { account: 'a', region: 'r', cluster: `app-${'x'.repeat(200)}` },
      { account: 'a', region: 'r', cluster: `app-${'x'.repeat(200)}y` },
      { account: 'a_', region: 'r', cluster: 'app-st' },
    ];
    expect(new Set(places.map(serverGroupNamesAddress)).size).toBe(places.length);
  });
});
