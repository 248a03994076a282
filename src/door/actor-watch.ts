/**
 * Waits until an actor is as wanted.
 *
 * A1 The change feed says when to look, the stored record says what is there: a lost change costs time, never truth.
 * A2 Without a change it looks every 30 s anyway.
 */
import type { Address } from '#contracts/address.ts';
import { partsOf } from '#contracts/address.ts';
import type { Subscription, Views } from '#runtime/ports.ts';
import { Bell } from './bell.ts';
import { ClientError } from './client-error.ts';

const LOOK_MS = 30_000;

export type WatchArguments<Found> = {
  views: Views;
  address: Address;
  /** Reads it; undefined to go on waiting. */
  look: () => Promise<Found | undefined>;
  /** Absent: for ever. */
  timeoutMs?: number | undefined;
  /** For people: what is waited for. */
  wanted: string;
};

/** @throws ClientError `WAIT_TIMEOUT`, and whatever `look` throws */
export async function untilFound<Found>(args: WatchArguments<Found>): Promise<Found> {
  const bell = new Bell();
  const deadlineMs = args.timeoutMs === undefined ? Infinity : performance.now() + args.timeoutMs;
  let watch: Subscription | undefined;
  try {
    // subscribed before the first look: a change in between rings
    watch = await args.views.watch(partsOf(args.address).root, (view) => {
      if (view.address === args.address) bell.ring();
    });
    for (;;) {
      const found = await args.look();
      if (found !== undefined) return found;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) {
        throw new ClientError(
          'WAIT_TIMEOUT',
          `${args.address} did not come to ${args.wanted} within ${args.timeoutMs} ms. It goes on; wait again, or read its snapshot.`,
        );
      }
      await bell.rung(Math.min(LOOK_MS, leftMs));
    }
  } finally {
    await watch?.close();
  }
}
