/** Does not compile without its directives: each is an error that the types must find. Never run. */
import { z } from 'zod';
import { activity } from 'windlass/activity';
import { connect } from 'windlass/client';
import { contract } from 'windlass/contract';
import { durable } from 'windlass/durable';
import { hangs, returns, testActor } from 'windlass/testing';
import { runWorker } from 'windlass/worker';
import { delivery, deliverySetup } from './delivery.ts';
import { approve, report, reportSetup } from './report.ts';

const activities = { book: async () => ({ courier: 'c' }), release: async () => undefined };

export async function wrong(): Promise<number> {
  const client = await connect({});
  // @ts-expect-error input without a required field
  const handle = await client.start(delivery, { id: 'd1', input: { parcels: 2 } });
  // @ts-expect-error no input at all
  await client.start(delivery, { id: 'd1' });
  // @ts-expect-error an event that the contract does not name
  await handle.send({ type: 'CANCEL' });
  // @ts-expect-error an event without its payload
  await handle.send({ type: 'SIGN' });
  // @ts-expect-error a payload of another type
  await handle.ask({ type: 'SIGN', by: 7 });
  // @ts-expect-error a state that the machine does not have
  await handle.waitFor({ state: 'atTheWindow' });
  // @ts-expect-error a tag that the contract does not name
  await handle.waitFor({ tag: 'needs-money' });
  // @ts-expect-error a state that the machine does not have
  (await handle.snapshot()).matches('lost');
  // @ts-expect-error a field that the context does not have
  await handle.waitFor(({ context }) => context.weight > 1);
  // @ts-expect-error an output of another type
  const output: number = (await handle.result()).signedBy;
  // @ts-expect-error no code for `release`
  await runWorker({ actors: [delivery], activities: { book: activities.book } });
  // @ts-expect-error no code at all
  await runWorker({ actors: [delivery] });
  const wrongBook = async () => ({ courier: 7 });
  // @ts-expect-error the activity returns something else than it declares
  await runWorker({ actors: [delivery], activities: { ...activities, book: wrongBook } });
  // @ts-expect-error a policy that does not exist
  await client.start(delivery, { id: 'd1', input: { to: 'Ann' }, onConflict: 'ignore' });
  // @ts-expect-error a script for an activity that the machine does not name
  await testActor(delivery, { input: { to: 'Ann' }, activities: { fly: hangs() } });
  const book = returns({ by: 'c' });
  // @ts-expect-error a script that returns something else than the activity declares
  const test = await testActor(delivery, { input: { to: 'Ann' }, activities: { book } });
  // @ts-expect-error an event that the contract does not name
  await test.send({ type: 'CANCEL' });
  // @ts-expect-error a state that the machine does not have
  test.matches('lost');
  // @ts-expect-error a result that the activity does not declare
  await client.activity(approve, 'token').complete({ from: 'Eve' });
  // @ts-expect-error no result, although the activity declares one
  await client.activity(approve, 'token').complete();
  const rows = (await client.get(report, 'r1').result()).rows;
  // @ts-expect-error a large output is a reference, and has to be read
  const count: number = rows.length;
  // @ts-expect-error the kit's answer is the output itself, not a reference
  await testActor(report, { input: { rows: 1 }, activities: { print: returns({ blob: '', sizeBytes: 1 }) } });
  return output + count;
}

// @ts-expect-error a time limit that does not exist
activity('late', { scheduleToStart: 1_000 });

// @ts-expect-error neither the rows nor a reference to them
reportSetup.createMachine({ invoke: { src: 'count', input: { pages: 7 } } });

// @ts-expect-error the input of an activity is another one
deliverySetup.createMachine({ invoke: { src: 'book', input: { from: 'Bob' } } });

// @ts-expect-error an actor that was not given to setup
deliverySetup.createMachine({ invoke: { src: 'fly' } });

const Other = contract({ id: 'delivery', context: z.object({ other: z.string() }), events: {} });
// @ts-expect-error a machine that was made for another contract
durable({ contract: Other, machine: delivery.machine });
