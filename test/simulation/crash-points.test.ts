/**
 * Kills a process at every single port call of a run, before and after the call's effect, and demands the same end.
 *
 * The judge is the bus and the outside world (what was charged), never the runtime's opinion.
 */
import { describe, expect } from 'vitest';
import type { CrashPlan } from '#runtime/memory/node-life.ts';
import { DoomedShop, itEndsTheSame, ledger, orderAddress } from './engine/doomed-shop.ts';

const ORDERS = 3;

async function run(plan: CrashPlan, near: boolean): Promise<DoomedShop> {
  const shop = new DoomedShop({ near });
  await shop.open(plan);
  for (let index = 0; index < ORDERS; index += 1) {
    // Apart, so that a frozen step of the ledger has time to be overtaken by the next one.
    shop.tell(orderAddress(index), { kind: 'start', input: { ledger, packMs: 1_000 + 2_000 * index } });
  }
  await shop.clock.advance(200);
  shop.startSurvivor();
  await shop.clock.advance(60_000);
  return shop;
}

function expectAllShippedOnce(shop: DoomedShop): void {
  for (let index = 0; index < ORDERS; index += 1) {
    expect(shop.record(orderAddress(index))).toMatchObject({ status: 'done', state: { value: 'shipped' } });
  }
  expect(shop.charged.size).toBe(ORDERS);
  expect(shop.record(ledger).state.context).toMatchObject({ shipped: ORDERS });
  expect(shop.bus.dead).toEqual([]);
}

describe.each([
  { near: false, way: 'from the queue' },
  { near: true, way: 'near, without the queue' },
])(
  'orders that ship once while a process dies or freezes at any port call, with tasks run $way',
  ({ near }) => {
    itEndsTheSame((plan) => run(plan, near), expectAllShippedOnce);
  },
);
