/**
 * Actors are paused, resumed, cancelled and terminated while a process dies or freezes at any port call: what arrived
 * for a paused one is applied once and in order, and who was ended stays ended.
 */
import { describe, expect } from 'vitest';
import type { CrashPlan } from '#runtime/memory/node-life.ts';
import { DoomedShop, itEndsTheSame, ledger, orderAddress } from './engine/doomed-shop.ts';

const SHIPS = orderAddress(0);
const PAUSED = orderAddress(1);
const CANCELED = orderAddress(2);
const TERMINATED = orderAddress(3);

async function run(plan: CrashPlan): Promise<DoomedShop> {
  const shop = new DoomedShop();
  await shop.open(plan);
  shop.tell(ledger, { kind: 'event', event: { type: 'SHIPPED' } });
  for (const order of [SHIPS, PAUSED, CANCELED, TERMINATED])
    shop.tell(order, { kind: 'start', input: { ledger, packMs: 1_000 } });
  for (const paused of [ledger, PAUSED, CANCELED]) shop.tell(paused, { kind: 'pause' });
  await shop.clock.advance(200);
  shop.tell(CANCELED, { kind: 'cancel' });
  shop.tell(TERMINATED, { kind: 'terminate' });
  shop.startSurvivor();
  await shop.clock.advance(20_000);
  for (const paused of [ledger, PAUSED]) shop.tell(paused, { kind: 'resume' });
  await shop.clock.advance(60_000);
  return shop;
}

function expectControlled(shop: DoomedShop): void {
  for (const order of [SHIPS, PAUSED]) expect(shop.record(order)).toMatchObject({ status: 'done' });
  expect(shop.record(CANCELED)).toMatchObject({
    status: 'stopped',
    state: { error: { code: 'ACTOR_CANCELED' } },
  });
  expect(shop.record(TERMINATED)).toMatchObject({
    status: 'stopped',
    state: { error: { code: 'ACTOR_TERMINATED' } },
  });
  // one event by hand, and two orders
  expect(shop.record(ledger).state.context).toMatchObject({ shipped: 3 });
  expect(shop.record(ledger)).not.toHaveProperty('held');
  expect(shop.bus.dead).toEqual([]);
}

describe('controls while a process dies or freezes at any port call', () => {
  itEndsTheSame(run, expectControlled);
});
