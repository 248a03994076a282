/** Actors as the frames of the Stately Inspector protocol. */
import { describe, expect, it } from 'vitest';
import type { ActorView } from '#contracts/actor-view.ts';
import { Address } from '#contracts/address.ts';
import type { StepNote } from '#contracts/step-note.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { InspectorFrames, inTreeOrder } from '#services/cli/inspect/inspector-frames.ts';
import { busy } from '#test/unit/kernel/machines/busy.machine.ts';

const kernel = createKernel();
const description = kernel.describe(kernel.register(busy));
const ROOT = Address.parse('shop:order:o:o');
const CHILD = Address.parse('shop:parcel:o:p');

const view = (changes: Partial<ActorView> = {}): ActorView => ({
  v: 1,
  address: ROOT,
  status: 'active',
  value: { left: 'a', right: 'working' },
  step: 1,
  startedAtMs: 10,
  updatedAtMs: 20,
  activities: [],
  tags: ['busy'],
  detail: { card: '4111' },
  ...changes,
});
const child = view({ address: CHILD, parent: ROOT, startedAtMs: 11 });
const note: StepNote = {
  v: 1,
  step: 2,
  atMs: 30,
  applied: [
    { id: 'e1', kind: 'event', type: 'next', from: CHILD },
    { id: 'e2', kind: 'wake' },
  ],
  refused: [],
  emitted: [],
};

const open = (sanitize = false) => new InspectorFrames({ sanitize, statechartOf: () => description });

describe('the frames of an actor', () => {
  it('tell it with its definition, parent and root before anything else', () => {
    const frames = open();
    frames.take(view());
    const [first, second] = frames.take(child);
    expect(first).toMatchObject({
      type: '@xstate.actor',
      sessionId: CHILD,
      parentId: ROOT,
      rootId: ROOT,
      name: 'parcel p',
      createdAt: '20',
      _version: '0.7.2',
      snapshot: { status: 'active', value: { left: 'a', right: 'working' }, context: { card: '4111' } },
    });
    expect(first?.type === '@xstate.actor' && JSON.parse(first.definition ?? '')).toMatchObject({
      id: 'busy',
    });
    expect(second).toMatchObject({
      type: '@xstate.snapshot',
      sessionId: CHILD,
      rootId: ROOT,
      snapshot: { tags: ['busy'] },
    });
  });

  it('tell each event of a step, then the snapshot it led to', () => {
    const frames = open();
    frames.take(view());
    expect(frames.take(view({ step: 2, value: { left: 'b', right: 'working' } }), note)).toMatchObject([
      { type: '@xstate.event', event: { type: 'next' }, sourceId: CHILD, rootId: ROOT },
      { type: '@xstate.event', event: { type: 'wake' } },
      {
        type: '@xstate.snapshot',
        event: { type: 'wake' },
        snapshot: { value: { left: 'b', right: 'working' } },
      },
    ]);
  });

  it('are none for a step that was told, or that comes late', () => {
    const frames = open();
    frames.take(view({ step: 3 }));
    expect(frames.take(view({ step: 3 }))).toEqual([]);
    expect(frames.take(view({ step: 2 }), note)).toEqual([]);
  });

  it('hold back what actors show and what failures say when sanitised', () => {
    const frames = open(true);
    const failed = view({
      error: { code: 'CARD_REFUSED', message: 'card 4111 was refused', kind: 'terminal' },
    });
    const text = JSON.stringify([...frames.take(failed), ...frames.all()]);
    expect(text).not.toContain('4111');
    expect(text).toContain('CARD_REFUSED');
  });

  it('tell a viewer that comes later everything, parents first', () => {
    const frames = open();
    frames.take(child);
    frames.take(view());
    expect(frames.all().map(({ type, sessionId }) => `${type} ${sessionId}`)).toEqual([
      `@xstate.actor ${ROOT}`,
      `@xstate.snapshot ${ROOT}`,
      `@xstate.actor ${CHILD}`,
      `@xstate.snapshot ${CHILD}`,
    ]);
  });
});

describe('the order of a tree', () => {
  it('keeps an actor whose parent is not known', () => {
    expect(inTreeOrder([child]).map(({ address }) => address)).toEqual([CHILD]);
  });
});
