/**
 * An order is replaced by another one of the same address while a process dies or freezes at any port call: the old one
 * ships nothing, the new one ships once, and an event that is sent twice under one key counts once.
 */
import { describe, expect } from 'vitest';
import type { CrashPlan } from '#runtime/memory/node-life.ts';
import { DoomedShop, itEndsTheSame, ledger, orderAddress } from './engine/doomed-shop.ts';

const order = orderAddress(1);
const OLD_PACK_MS = 3_000;
const NEW_PACK_MS = 8_000;

async function run(plan: CrashPlan): Promise<DoomedShop> {
  const shop = new DoomedShop();
  await shop.open(plan);
  const start = { kind: 'start', onConflict: 'replace', replyTo: 'nobody' } as const;
  shop.tell(order, { ...start, id: 'start-old', input: { ledger, packMs: OLD_PACK_MS } });
  await shop.clock.advance(500);
  shop.tell(order, { ...start, id: 'start-new', input: { ledger, packMs: NEW_PACK_MS } });
  await shop.clock.advance(200);
  shop.startSurvivor();
  await shop.clock.advance(20_000);
  for (const id of ['counted-1', 'counted-2']) {
    shop.tell(ledger, { kind: 'event', id, event: { type: 'SHIPPED' }, key: 'by-hand' });
  }
  await shop.clock.advance(60_000);
  return shop;
}

function expectOneNewOrder(shop: DoomedShop): void {
  const record = shop.record(order);
  expect(record).toMatchObject({ status: 'done', startedBy: 'start-new', state: { value: 'shipped' } });
  expect(record.state.context['packMs']).toBe(NEW_PACK_MS);
  // one shipment of the new order, and one event by hand
  expect(shop.record(ledger).state.context).toMatchObject({ shipped: 2 });
  expect(shop.bus.dead).toEqual([]);
}

describe('a replacement while a process dies or freezes at any port call', () => {
  itEndsTheSame(run, expectOneNewOrder);
});
