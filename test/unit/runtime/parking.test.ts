/** Parking: what people find among the dead letters was put there by the owner. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import type { OpenEntries } from '#runtime/open-entries.ts';
import { Parking } from '#runtime/parking.ts';
import type { LogEntry, Logs } from '#runtime/ports.ts';
import { OwnershipLost } from '#runtime/runtime-error.ts';
import { silentEvents } from '#runtime/runtime-events.ts';

const entry: LogEntry = { log: 'ingress', partition: 3, sequence: 7, envelope: null, raw: '{}' };

/** An owner of partition 3 whose bus answers what the test says. */
function world(isOwned: () => Promise<boolean>) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const logs: Pick<Logs, 'park'> = {
    park: async ({ sequence }, reason) => void told.push(`parked ${sequence}: ${reason}`),
  };
  const entries: Pick<OpenEntries, 'closed'> = {
    closed: ({ sequence }) => void told.push(`closed ${sequence}`),
  };
  const parking = new Parking({
    partition: 3,
    epoch: 10,
    ownership: { isOwned },
    logs: logs as Logs,
    clock,
    replies: { reply: () => undefined },
    events: silentEvents,
    entries: entries as OpenEntries,
    isDropped: () => false,
  });
  return { clock, told, parking };
}

describe('an entry that no step can be made of', () => {
  it('is parked, and closed then, by the owner', async () => {
    const { told, parking } = world(async () => true);
    await parking.park(entry, 'ACTOR_UNKNOWN');
    expect(told).toEqual(['parked 7: ACTOR_UNKNOWN', 'closed 7']);
  });

  it('is left to the new owner by one that was overtaken', async () => {
    const { told, parking } = world(async () => false);
    await expect(parking.park(entry, 'ACTOR_UNKNOWN')).rejects.toThrow(OwnershipLost);
    expect(told).toEqual([]);
  });

  it('waits while nobody knows who the owner is', async () => {
    let answers = 0;
    const { clock, told, parking } = world(async () => {
      answers += 1;
      if (answers < 3) throw new Error('no answer');
      return true;
    });
    const parked = parking.park(entry, 'ACTOR_UNKNOWN');
    await clock.advance(150);
    expect(told).toEqual([]);
    await clock.advance(100);
    await parked;
    expect(told).toEqual(['parked 7: ACTOR_UNKNOWN', 'closed 7']);
  });
});
