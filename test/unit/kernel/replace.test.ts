/** An actor whose address another one takes over. */
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import type { ParentClosePolicy } from '#contracts/actor-record.ts';
import { addressOf } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { activity } from '#machines/support/activity.ts';
import { onParentClose } from '#machines/support/parent-close.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';

const kid = setup({}).createMachine({ id: 'kid' });

const parentWith = (policy: ParentClosePolicy) =>
  setup({ actors: { kid: onParentClose(kid, policy), work: activity('work') } }).createMachine({
    id: 'parent',
    invoke: [
      { id: 'kid', src: 'kid', systemId: 'kid' },
      { id: 'work', src: 'work' },
    ],
  });

const address = addressOf({ service: 'shop', type: 'parent', root: 'p1', id: 'p1-1' });
const parent = { address: addressOf({ service: 'shop', type: 'first', root: 'p1', id: 'p1' }), childId: 'p' };
const kernel = createKernel();

function replacedBy(policy: ParentClosePolicy, held: readonly Envelope[] = []) {
  const registered = kernel.register({ type: 'parent', version: 1, machine: parentWith(policy) });
  const { record } = kernel.create(registered, { address, parent }, 1_000);
  const kept = held.map((envelope, index) => ({ log: 'mailbox' as const, sequence: index + 1, envelope }));
  const replaces = { ...record, ...(held.length === 0 ? {} : { paused: { sinceMs: 1_000 }, held: kept }) };
  return { old: record, outcome: kernel.create(registered, { address, parent, replaces }, 2_000) };
}

describe('an actor that is replaced', () => {
  it.each([
    ['terminate', { kind: 'stop-actor' }],
    ['request-cancel', { kind: 'cancel-actor', reason: expect.stringContaining('has left it') }],
    ['abandon', undefined],
  ] as const)('leaves its child as its close policy says when that is %s', (policy, expected) => {
    const { old, outcome } = replacedBy(policy);
    const to = old.children['kid']?.address;
    const said = outcome.effects.filter(
      (effect) => (effect.kind === 'stop-actor' || effect.kind === 'cancel-actor') && effect.to === to,
    );
    expect(said).toEqual(expected === undefined ? [] : [{ ...expected, to }]);
  });

  it('gives back the system ids of its children and cancels its activities', () => {
    const { old, outcome } = replacedBy('terminate');
    expect(outcome.effects).toContainEqual({
      kind: 'system-id',
      to: parent.address,
      systemId: 'kid',
      holder: old.children['kid']?.address,
      isHeld: false,
    });
    expect(outcome.effects).toContainEqual({
      kind: 'cancel-activity',
      queue: 'default',
      childId: 'work',
      birth: old.children['work']?.birth,
    });
  });

  it('refuses what it kept while it was paused', () => {
    const envelope: Envelope = { v: 1, kind: 'event', id: 'kept', to: address, event: { type: 'x' } };
    const { outcome } = replacedBy('terminate', [envelope]);
    expect(outcome.settled).toEqual([{ envelope, reason: 'not-active' }]);
    expect(outcome.record.held).toBeUndefined();
    expect(outcome.note.refused).toMatchObject([{ id: 'kept', reason: 'not-active' }]);
  });
});
