/** Tests a machine in process: no NATS, time that skips, a crash after every step. `npm run example -- 08` */
import { strict as assert } from 'node:assert';
import { fails, hangs, returns, testActor } from 'windlass/testing';
import { trip } from './05-saga.ts';

const input = { traveller: 'ann' };

/** Each of these could be an `it(...)` of your test runner. */
export const tests = {
  'books both when both can be had': async () => {
    const test = await testActor(trip, {
      input,
      activities: { bookHotel: returns(), bookFlight: returns() },
    });
    assert.deepEqual(test.output, { outcome: 'booked' });
  },

  'tries a busy hotel again, and cancels it when the flight is sold out': async () => {
    const test = await testActor(trip, {
      input,
      activities: {
        bookHotel: [fails({ code: 'BUSY' }), returns()],
        bookFlight: fails({ code: 'SOLD_OUT', kind: 'terminal' }),
        cancelHotel: hangs(),
      },
      crashAfterEveryStep: true,
    });
    await test.advance(60_000);
    assert.equal(test.state, 'noHotel');
    assert.equal(test.calls('bookHotel').length, 2);

    await test.finish('cancelHotel', returns());
    assert.deepEqual(test.calls('cancelHotel'), [{ traveller: 'ann' }]);
    assert.deepEqual(test.output, { outcome: 'undone' });
  },

  'gives up on a hotel that never answers, after two hours': async () => {
    const test = await testActor(trip, { input, activities: { bookHotel: hangs() } });
    await test.advance(2 * 3_600_000);
    assert.deepEqual(test.output, { outcome: 'undone' });
  },
};

export async function main(): Promise<string[]> {
  for (const test of Object.values(tests)) await test();
  return Object.keys(tests);
}
