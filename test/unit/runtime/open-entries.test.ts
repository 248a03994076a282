/** The entries of a partition that were read: when everything of an earlier owner is applied. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { OpenEntries } from '#runtime/open-entries.ts';
import type { LogEntry, Logs, OwnershipStore } from '#runtime/ports.ts';

const entry = (sequence: number): LogEntry => ({
  log: 'ingress',
  partition: 0,
  sequence,
  envelope: null,
  raw: '',
});

/** A partition whose newest entry is what the test says. */
function world() {
  const clock = new VirtualClock();
  const state = { newest: 0, isOwned: true };
  const forgotten: number[] = [];
  const logs: Pick<Logs, 'newestIngress' | 'purge'> = {
    newestIngress: async () => state.newest,
    purge: async ({ belowSequence }) => void forgotten.push(belowSequence),
  };
  const ownership: Pick<OwnershipStore, 'isOwned'> = { isOwned: async () => state.isOwned };
  const entries = new OpenEntries({
    partition: 0,
    epoch: 1,
    clock,
    logs: logs as Logs,
    ownership: ownership as OwnershipStore,
  });
  const caughtUp = async (): Promise<{ isUp: boolean }> => {
    const told = { isUp: false };
    void entries.caughtUp(() => false).then((isUp) => (told.isUp = isUp));
    await clock.advance(10);
    return told;
  };
  return { clock, state, forgotten, entries, caughtUp };
}

describe('an owner', () => {
  it('has caught up when the newest entry of the ingress, and all before it, are applied', async () => {
    const { clock, state, entries, caughtUp } = world();
    state.newest = 5;
    entries.opened(entry(4));
    entries.opened(entry(5));
    entries.closed(entry(5));
    const told = await caughtUp();
    expect(told.isUp).toBe(false);
    entries.closed(entry(4));
    await clock.advance(10);
    expect(told.isUp).toBe(true);
  });

  it('does not wait for an entry that was forgotten before it was read', async () => {
    const { clock, state, caughtUp } = world();
    state.newest = 5;
    const told = await caughtUp();
    expect(told.isUp).toBe(false);
    state.newest = 0;
    await clock.advance(1_000);
    expect(told.isUp).toBe(true);
  });

  it('forgets what is closed only while it is proved to be the owner', async () => {
    const { state, forgotten, entries } = world();
    entries.opened(entry(4));
    entries.closed(entry(4));
    expect(await entries.purge()).toBe('owned');
    entries.opened(entry(5));
    entries.closed(entry(5));
    state.isOwned = false;
    expect(await entries.purge()).toBe('lost');
    expect(forgotten).toEqual([5]);
  });
});
