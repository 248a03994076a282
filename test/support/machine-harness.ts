/**
 * Drives machines through the kernel without any bus, in virtual time.
 *
 * Each test runs in two modes: `straight`, and `rehydrated`, where after every single step nothing survives but
 * the record as JSON, checked by its schema, and the definitions are registered anew. Every envelope, task, record
 * and view passes its schema in both.
 *
 * ```ts
 * bothModes('removes what it launched when the check fails', async (mode) => {
 *   const run = await given(launchDefinition, {
 *     mode,
 *     input: { count: 2 },
 *     activities: {                        // by activity name; `<type>.<src>` for plain fromPromise logic,
 *       launch: [fails({ code: 'THROTTLED', kind: 'throttle' }), returns(['i-1', 'i-2'])], // which else runs for real
 *       check: (input: { id: string }) => (input.id === 'i-1' ? returns(true) : returns(false)),
 *       remove: takes(5_000, returns()),   // after 5 s of virtual time
 *       watch: hangs(),                    // until run.finishActivity('watch', returns('up'))
 *     },
 *     actors: {                            // child actors that are not registered, by child id or by type
 *       cloudOperation: returns({ status: 'succeeded', outputs: {}, history: [] }),
 *       createServerGroup: (request: OperationRequest, child) => takes(60_000, returns(resultOf(request))),
 *     },                                   // without an entry: they wait for run.finishChild('id', returns(…))
 *     others: [stageDefinition],           // run for real, found by type: children, and targets of sendTo
 *   });
 *   await run.advance(60_000);             // retries, timers and takes() happen, in order of time
 *   await run.send({ type: 'operation.cancel', reason: 'enough' }); // to the root actor; resolves to a refusal
 *   await run.send({ type: 'poke' }, run.addressOf('stage-1'));     // … or to any actor, by child id or type
 *
 *   expect(run.calls('launch')).toEqual([{ count: 2 }, { count: 2 }]); // inputs, one for each attempt
 *   expect(run.cancelled()).toEqual(['watch']);                        // activities nobody waits for any more
 *   expect(run.sent()).toEqual([{ from, to, event }]);                 // events to actors outside of the test
 *   expect(run.children()).toMatchObject([{ childId: 'op', type: 'createServerGroup', input: {} }]); // unregistered
 *   expect(run.stopped()).toEqual([run.children()[0]?.address]);       // … those that were stopped
 *   expect(run.status()).toBe('done');
 *   expect(run.output()).toEqual({ status: 'compensated' });
 *   expect(run.view()).toMatchObject({ detail: { kind: 'operation' } }); // also view(address), value(address) …
 *   expect(run.tree().map((view) => view.value)).toEqual(['done', 'stopped']); // all actors, in order of birth
 * });
 * ```
 */
import { it } from 'vitest';
import type { Mode } from '#testing/test-world.ts';

export { fails, hangs, returns, takes } from '#testing/activity-script.ts';
export { given, Run, START_MS, type GivenOptions } from '#testing/test-run.ts';
export type { Mode } from '#testing/test-world.ts';

/** Declares a test in both modes. */
export function bothModes(title: string, test: (mode: Mode) => Promise<void> | void): void {
  it(`${title} (straight)`, () => test('straight'));
  it(`${title} (rehydrated)`, () => test('rehydrated'));
}
