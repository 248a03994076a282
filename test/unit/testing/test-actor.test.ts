/** The published test kit, used as a user would. */
import { describe, expect, it } from 'vitest';
import { fails, hangs, returns, takes, testActor } from '#testing/test-actor.ts';
import { delivery } from '#test/compile/delivery.ts';

const DAY_MS = 24 * 3_600_000;
const booked = returns({ courier: 'c-1' });

describe.each([{ crashAfterEveryStep: false }, { crashAfterEveryStep: true }])(
  'the test kit (%o)',
  (mode) => {
    it('runs activities as scripted and shows where the actor is', async () => {
      const test = await testActor(delivery, { ...mode, input: { to: 'Ann' }, activities: { book: booked } });
      expect(test.state).toBe('atTheDoor');
      expect(test.hasTag('needs-signature')).toBe(true);
      expect(test.context).toEqual({ to: 'Ann', courier: 'c-1', signedBy: '' });
      expect(test.calls('book')).toEqual([{ to: 'Ann' }]);

      expect(await test.send({ type: 'SIGN', by: 'Ann' })).toBeUndefined();
      expect(test.status).toBe('done');
      expect(test.output).toEqual({ signedBy: 'Ann' });
    });

    it('tries a failing activity again in virtual time', async () => {
      const test = await testActor(delivery, {
        ...mode,
        input: { to: 'Ann' },
        activities: { book: [fails({ code: 'BUSY' }), fails({ code: 'BUSY' }), booked] },
      });
      expect(test.state).toBe('booking');
      await test.advance(60_000);
      expect(test.state).toBe('atTheDoor');
      expect(test.calls('book')).toHaveLength(3);
    });

    it('ends an activity that hangs when told to, or after days', async () => {
      const test = await testActor(delivery, {
        ...mode,
        input: { to: 'Ann' },
        activities: { book: hangs(), release: takes(60_000, returns()) },
      });
      expect(test.running()).toEqual(['book']);
      await test.finish('book', booked);
      await test.send({ type: 'REFUSE' });
      expect(test.state).toBe('releasing');
      await test.advance(30 * DAY_MS);
      expect(test.status).toBe('done');
      expect(test.calls('release')).toEqual([{ courier: 'c-1' }]);
    });

    it('refuses what the runtime would refuse, with the reason', async () => {
      const test = await testActor(delivery, { ...mode, input: { to: 'Ann' }, activities: { book: booked } });
      expect(await test.send({ type: 'SIGN', by: 7 } as never)).toContain('EVENT_INVALID: SIGN: by');
      expect(test.state).toBe('atTheDoor');
      await test.send({ type: 'SIGN', by: 'Ann' });
      expect(await test.send({ type: 'REFUSE' })).toBe('not-active');
    });

    it('starts nothing with an input that does not fit', async () => {
      await expect(testActor(delivery, { ...mode, input: {} as never })).rejects.toThrow('INPUT_INVALID: to');
    });

    it('fails the test when an activity has no script', async () => {
      await expect(testActor(delivery, { ...mode, input: { to: 'Ann' } })).rejects.toThrow("'book'");
    });
  },
);
