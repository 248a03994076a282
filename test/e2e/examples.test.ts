/** Every example of the tour does what it says, against a real nats-server. */
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main as hello } from '#examples/01-hello.ts';
import { main as activityWithRetry } from '#examples/02-activity-with-retry.ts';
import { expireInATest, main as thirtyDayTimer } from '#examples/03-thirty-day-timer.ts';
import { main as humanApproval } from '#examples/04-human-approval.ts';
import { main as saga } from '#examples/05-saga.ts';
import { main as childActors } from '#examples/06-child-actors.ts';
import { main as versions } from '#examples/07-versions.ts';
import { main as testing } from '#examples/08-testing.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';

const TRIED = [
  '01-hello.ts',
  '02-activity-with-retry.ts',
  '03-thirty-day-timer.ts',
  '04-human-approval.ts',
  '05-saga.ts',
  '06-child-actors.ts',
  '07-versions.ts',
  '08-testing.ts',
];

describe('examples', () => {
  let nats: TestNatsServer;
  let servers: string[];
  beforeAll(async () => {
    nats = await startTestNatsServer();
    servers = [nats.url];
  });
  afterAll(() => nats.dispose());

  it('01 greets in order and leaves with its greetings', async () => {
    expect(await hello({ servers })).toEqual(['Hello, Ann!', 'Hello, Bob!']);
    // again: the start replaces the greeter of the first run
    expect(await hello({ servers })).toEqual(['Hello, Ann!', 'Hello, Bob!']);
  });

  it('02 prints a label at the third attempt', async () => {
    expect(await activityWithRetry({ servers })).toBe('To Ann');
  });

  it('03 expires after thirty days, and not when someone subscribes', async () => {
    expect(await expireInATest()).toEqual(['reminded', 'expired', { subscribed: false }]);
    expect(await thirtyDayTimer({ servers })).toEqual({ subscribed: true });
  });

  it('04 refuses an approval of one’s own and counts a doubled one once', async () => {
    expect(await humanApproval({ servers })).toEqual(['EVENT_REFUSED', true, { approvedBy: 'ann' }]);
  });

  it('05 undoes what was done when a later step fails', async () => {
    const calls = ['hotel booked', 'hotel cancelled'];
    expect(await saga({ servers })).toEqual({ outcome: 'undone', calls });
  });

  it('06 cooks two courses by child actors', async () => {
    expect(await childActors({ servers })).toEqual(['roast', 'soup']);
  });

  it('07 lets an old actor end in its own version, or moves it when nobody has that any more', async () => {
    expect(await versions({ servers })).toEqual(['cancelled', 'leaving', 'leaving']);
  });

  it('08 tests the saga in process', async () => {
    expect(await testing()).toHaveLength(3);
  });

  it('are all run here', async () => {
    const files = await readdir('examples');
    expect(files.filter((file) => file.endsWith('.ts')).toSorted()).toEqual(TRIED);
  });
});
