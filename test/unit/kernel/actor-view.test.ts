/** What others may see of an actor, besides what its type chooses to show. */
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { addressOf } from '#contracts/address.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { activity } from '#machines/support/activity.ts';
import { durableActor } from '#machines/support/durable-actor.ts';

const machine = setup({
  actors: { fetch: activity<string, null>('fetch'), kid: durableActor({ type: 'kid' }) },
}).createMachine({
  id: 'parent',
  type: 'parallel',
  tags: ['whole'],
  states: {
    left: {
      initial: 'working',
      states: {
        working: {
          tags: ['busy', 'left'],
          invoke: { id: 'fetch', src: 'fetch', input: null, onError: {} },
          after: { 5_000: 'idle' },
        },
        idle: { tags: ['idle'] },
      },
    },
    right: {
      tags: ['busy'],
      invoke: { id: 'kid', src: 'kid', onError: {} },
    },
  },
});

describe('the view of an actor', () => {
  const kernel = createKernel();
  const registered = kernel.register({ type: 'parent', version: 4, machine });
  const address = addressOf({ service: 'shop', type: 'parent', root: 'p', id: 'p' });
  const view = kernel.view(registered, kernel.create(registered, { address }, 1_000).record);

  it('names the definition it runs', () => {
    expect(view).toMatchObject({ version: 4, hash: registered.hash });
  });

  it('has the tags of every active node, each once', () => {
    expect(view.tags).toEqual(['whole', 'busy', 'left']);
  });

  it('has its timers with the time they are due', () => {
    expect(view.timers).toEqual([
      {
        id: expect.any(String) as string,
        dueAtMs: 6_000,
        event: 'xstate.after.5000.parent.left.working',
      },
    ]);
  });

  it('has its children: activities, and actors with their address', () => {
    expect(view.children).toEqual([
      { id: 'fetch', kind: 'activity', src: 'fetch' },
      { id: 'kid', kind: 'actor', src: 'kid', address: expect.stringMatching(/^shop:kid:p:/) as string },
    ]);
  });
});
