/** What becomes of a child whose parent ends, or leaves the state that invoked it. */
import { describe, expect } from 'vitest';
import { setup } from 'xstate';
import type { ParentClosePolicy } from '#contracts/actor-record.ts';
import { activity } from '#machines/support/activity.ts';
import { durableActor } from '#machines/support/durable-actor.ts';
import { onParentClose } from '#machines/support/parent-close.ts';
import { bothModes, given, hangs, returns, type Mode } from '#test/support/machine-harness.ts';

const kid = setup({ actors: { undo: activity('undo') } }).createMachine({
  id: 'kid',
  initial: 'working',
  states: {
    working: { on: { 'windlass.cancel': 'undoing', finish: 'done' } },
    undoing: { invoke: { id: 'undo', src: 'undo', onDone: 'done' } },
    done: { type: 'final' },
  },
});

const parentOf = (policy: ParentClosePolicy | undefined, how: 'machine' | 'declared') =>
  setup({
    actors: {
      kid:
        how === 'declared'
          ? durableActor<undefined, undefined>({
              type: 'kid',
              ...(policy === undefined ? {} : { onParentClose: policy }),
            })
          : policy === undefined
            ? kid
            : onParentClose(kid, policy),
    },
  }).createMachine({
    id: 'parent',
    initial: 'with',
    states: {
      with: { invoke: { id: 'kid', src: 'kid' }, on: { leave: 'without', end: 'ended' } },
      without: {},
      ended: { type: 'final' },
    },
  });

type Case = { policy: ParentClosePolicy | undefined; status: string; value: string };
const CASES: Case[] = [
  { policy: undefined, status: 'stopped', value: 'working' },
  { policy: 'terminate', status: 'stopped', value: 'working' },
  { policy: 'request-cancel', status: 'active', value: 'undoing' },
  { policy: 'abandon', status: 'active', value: 'working' },
];

const begin = (args: { policy: ParentClosePolicy | undefined; how: 'machine' | 'declared'; mode: Mode }) =>
  given(parentOf(args.policy, args.how), {
    mode: args.mode,
    activities: { undo: hangs() },
    others: args.how === 'declared' ? [{ type: 'kid', version: 1, machine: kid }] : [],
  });

describe('the close policy of a child', () => {
  for (const how of ['machine', 'declared'] as const) {
    for (const { policy, status, value } of CASES) {
      bothModes(`is ${policy ?? 'absent'} (${how}) when its state is left`, async (mode) => {
        const run = await begin({ policy, how, mode });
        const child = run.addressOf('kid');
        await run.send({ type: 'leave' });
        expect(run.view(child)).toMatchObject({ status, value });
        expect(run.view()).not.toHaveProperty('children');
      });
    }
  }

  for (const end of ['end', 'terminate', 'cancel'] as const) {
    for (const { policy, status, value } of CASES) {
      bothModes(`is ${policy ?? 'absent'} when the parent ends by ${end}`, async (mode) => {
        const run = await begin({ policy, how: 'machine', mode });
        const child = run.addressOf('kid');
        if (end === 'end') await run.send({ type: 'end' });
        else await run.control(end);
        expect(run.status()).toBe(end === 'end' ? 'done' : 'stopped');
        expect(run.view(child)).toMatchObject({ status, value });
      });
    }
  }

  bothModes('fences what an abandoned child tells later', async (mode) => {
    const run = await begin({ policy: 'abandon', how: 'machine', mode });
    const child = run.addressOf('kid');
    await run.send({ type: 'leave' });
    await run.send({ type: 'finish' }, child);
    expect(run.status(child)).toBe('done');
    expect(run.value()).toBe('without');
    expect(run.refusals().at(-1)?.reason).toBe('stale');
  });

  bothModes('lets a child compensate after its parent has ended', async (mode) => {
    const run = await begin({ policy: 'request-cancel', how: 'machine', mode });
    const child = run.addressOf('kid');
    await run.control('terminate');
    await run.finishActivity('undo', returns());
    expect(run.status(child)).toBe('done');
  });
});
