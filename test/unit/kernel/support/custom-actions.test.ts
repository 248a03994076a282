/** Named custom actions: after the commit, at least once, with the context and event of their step. */
import { describe, expect, it, vi } from 'vitest';
import { assign, enqueueActions, setup } from 'xstate';
import { bothModes, fails, given, hangs, returns, takes } from '#test/support/machine-harness.ts';

function paging(page: (args: object, params: unknown) => unknown) {
  return setup({
    types: {
      context: {} as { n: number; since: Date; gone?: undefined },
      events: {} as { type: 'go' | 'inline' | 'both' | 'end' | 'boom' },
    },
    actions: {
      count: assign({ n: ({ context }) => context.n + 1 }),
      page: (args, params: { text: string }) => void page(args, params),
      boom: assign(() => {
        throw new Error('boom');
      }),
    },
  }).createMachine({
    id: 'paging',
    context: { n: 0, since: new Date(5), gone: undefined },
    initial: 'on',
    states: {
      on: {
        on: {
          go: {
            actions: [
              'count',
              { type: 'page', params: ({ context }) => ({ text: `n is ${context.n}` }) },
              'count',
            ],
          },
          both: {
            actions: enqueueActions(({ enqueue }) => {
              enqueue({ type: 'page', params: { text: 'one' } });
              enqueue({ type: 'page', params: { text: 'two' } });
            }),
          },
          inline: { actions: enqueueActions(({ enqueue }) => enqueue(() => {})) },
          boom: { actions: [{ type: 'page', params: { text: 'never' } }, 'boom'] },
          end: 'off',
        },
      },
      off: { type: 'final', entry: { type: 'page', params: { text: 'bye' } } },
    },
  });
}

describe('custom actions', () => {
  bothModes('run after the commit, with params, context and event of their moment', async (mode) => {
    const page = vi.fn<(args: object, params: unknown) => void>();
    const run = await given(paging(page), { mode });
    await run.send({ type: 'go' });
    expect(page).toHaveBeenCalledOnce();
    expect(page).toHaveBeenCalledWith(
      expect.objectContaining({
        context: { n: 1, since: new Date(5), gone: undefined },
        event: { type: 'go' },
      }),
      { text: 'n is 1' },
    );
    expect(run.record()).toMatchObject({ status: 'active', activities: {}, state: { context: { n: 2 } } });
    expect(run.refusals()).toEqual([]);
  });

  bothModes('run as often as they are called, and not at all when the step throws', async (mode) => {
    const page = vi.fn<(args: object, params: unknown) => void>();
    const run = await given(paging(page), { mode });
    await run.send({ type: 'both' });
    expect(page.mock.calls.map(([, params]) => params)).toEqual([{ text: 'one' }, { text: 'two' }]);
    await run.send({ type: 'boom' });
    expect(page).toHaveBeenCalledTimes(2);
    expect(run.status()).toBe('error');
  });

  bothModes('are tried again, shown in the view, and given up with a line in the log', async (mode) => {
    const again = await given(
      paging(() => {}),
      {
        mode,
        activities: { 'paging.action.page': [fails({ code: 'BUSY' }), takes(10, returns())] },
      },
    );
    await again.send({ type: 'go' });
    expect(again.view().activities).toMatchObject([
      { name: 'paging.action.page', lastFailure: { code: 'BUSY' } },
    ]);
    await again.advance(10_000);
    expect(again.calls('paging.action.page')).toHaveLength(2);
    expect(again.view().activities).toEqual([]);

    const givenUp = await given(
      paging(() => {}),
      {
        mode,
        activities: { 'paging.action.page': fails({ code: 'NO', message: 'not so', kind: 'terminal' }) },
      },
    );
    await givenUp.send({ type: 'go' });
    expect(givenUp.status()).toBe('active');
    expect(givenUp.logged()).toMatchObject([
      { label: 'action', value: expect.stringMatching(/^'windlass\.action\.page\.\d+' was given up: NO/) },
    ]);
  });

  bothModes('run on entry of a final state, too', async (mode) => {
    const page = vi.fn<(args: object, params: unknown) => void>();
    const run = await given(paging(page), { mode });
    await run.send({ type: 'end' });
    expect(run.status()).toBe('done');
    expect(page).toHaveBeenCalledOnce();
  });

  bothModes('are not cancelled when their actor goes on or ends', async (mode) => {
    const run = await given(
      paging(() => {}),
      { mode, activities: { 'paging.action.page': hangs() } },
    );
    await run.send({ type: 'go' });
    await run.send({ type: 'end' });
    expect(run.cancelled()).toEqual([]);
    expect(run.running()).toEqual(['paging.action.page', 'paging.action.page']);
  });

  bothModes('must have a name', async (mode) => {
    const run = await given(
      paging(() => {}),
      { mode },
    );
    await run.send({ type: 'inline' });
    expect(run.error()?.message).toContain('Name it in setup({ actions })');
  });

  it('are given a key by which a second run can be told', async () => {
    const keys: unknown[] = [];
    const machine = paging((args) => void keys.push((args as { idempotencyKey?: string }).idempotencyKey));
    const { createKernel } = await import('#runtime/kernel/xstate5-kernel.ts');
    const code = createKernel()
      .register({ type: 'paging', version: 1, machine })
      .inlineActivities.get('action.page');
    const input = { context: {}, event: { type: 'go' } };
    await code?.({ input, signal: new AbortController().signal, idempotencyKey: 'key-1' });
    expect(keys).toEqual(['key-1']);
  });
});
