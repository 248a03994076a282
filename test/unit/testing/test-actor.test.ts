/** The published test kit, used as a user would. */
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { z } from 'zod';
import { contract } from '#define/contract.ts';
import { durable } from '#define/durable.ts';
import { fails, hangs, returns, takes, testActor } from '#testing/test-actor.ts';
import { delivery } from '#test/compile/delivery.ts';
import { report } from '#test/compile/report.ts';

const DAY_MS = 24 * 3_600_000;

const Patient = contract({ id: 'patient', context: z.object({}), events: {} });
/** Waits for a day unless it is cancelled; then it tidies up for an hour. */
const patient = durable({
  contract: Patient,
  machine: setup({ types: Patient.types }).createMachine({
    id: 'patient',
    context: {},
    initial: 'waiting',
    states: {
      waiting: { after: { [DAY_MS]: 'over' }, on: { 'windlass.cancel': 'tidying' } as never },
      tidying: { after: { 3_600_000: 'over' } },
      over: { type: 'final' },
    },
  }),
});
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

    it('keeps what arrives while the actor is paused, and applies it in order after a resume', async () => {
      const test = await testActor(delivery, {
        ...mode,
        input: { to: 'Ann' },
        activities: { book: hangs() },
      });
      await test.pause('stocktaking');
      expect(test.isPaused).toBe(true);
      await test.finish('book', booked);
      expect(await test.send({ type: 'SIGN', by: 7 } as never)).toBeUndefined();
      expect(await test.send({ type: 'SIGN', by: 'Ann' })).toBeUndefined();
      expect(test.state).toBe('booking');
      await test.resume();
      expect(test.isPaused).toBe(false);
      expect(test.output).toEqual({ signedBy: 'Ann' });
      expect(test.run.refusals()).toContainEqual({
        envelopeId: expect.any(String),
        reason: expect.stringContaining('EVENT_INVALID: SIGN'),
      });
    });

    it('fires timers that were due during a pause once the actor goes on', async () => {
      const test = await testActor(patient, { ...mode });
      await test.pause();
      await test.advance(DAY_MS);
      expect(test.state).toBe('waiting');
      await test.resume();
      await test.advance(0);
      expect(test.status).toBe('done');
    });

    it('ends the actor at once when it is terminated, and its activity', async () => {
      const test = await testActor(delivery, {
        ...mode,
        input: { to: 'Ann' },
        activities: { book: hangs() },
      });
      await test.terminate('enough');
      expect(test.status).toBe('stopped');
      expect(test.error).toMatchObject({
        code: 'ACTOR_TERMINATED',
        message: expect.stringContaining('enough'),
      });
      expect(test.cancelled()).toEqual(['book']);
      expect(await test.cancel()).toBe('not-active');
    });

    it('ends an actor that does not say what a cancel means, and lets another one compensate, paused or not', async () => {
      const plain = await testActor(delivery, {
        ...mode,
        input: { to: 'Ann' },
        activities: { book: hangs() },
      });
      await plain.cancel('no longer wanted');
      expect(plain.status).toBe('stopped');
      expect(plain.error).toMatchObject({ code: 'ACTOR_CANCELED' });
      const compensating = await testActor(patient, { ...mode });
      await compensating.pause();
      await compensating.cancel();
      expect(compensating.isPaused).toBe(false);
      expect(compensating.state).toBe('tidying');
      await compensating.advance(DAY_MS);
      expect(compensating.status).toBe('done');
    });

    it('hands large outputs on by reference, and gives the code what they refer to', async () => {
      const rows = ['a', 'b', 'c'];
      const test = await testActor(report, {
        ...mode,
        input: { rows: 3 },
        activities: {
          print: returns(rows),
          count: ({ pages }) => returns(pages.length),
          approve: returns({ by: 'Eve' }),
        },
      });
      expect(test.output).toMatchObject({ count: 3, approvedBy: 'Eve', rows: { sizeBytes: 13 } });
      expect(test.calls('count')).toEqual([{ pages: rows }]);
      if (!test.context.rows) throw new Error('no rows');
      expect(await test.payload(test.context.rows)).toEqual(rows);
    });

    it('fails an activity whose output is too large for a record and not declared so', async () => {
      const courier = 'x'.repeat(200_000);
      const test = await testActor(delivery, {
        ...mode,
        input: { to: 'Ann' },
        activities: { book: returns({ courier }) },
      });
      expect(test.error).toMatchObject({ code: 'ACTIVITY_OUTPUT_TOO_LARGE' });
    });

    it('starts nothing with an input that does not fit', async () => {
      await expect(testActor(delivery, { ...mode, input: {} as never })).rejects.toThrow('INPUT_INVALID: to');
    });

    it('fails the test when an activity has no script', async () => {
      await expect(testActor(delivery, { ...mode, input: { to: 'Ann' } })).rejects.toThrow("'book'");
    });
  },
);
