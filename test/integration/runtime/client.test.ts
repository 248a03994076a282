/** The client against a real nats-server, with and without a worker. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { publish } from '#bus/publish.ts';
import { ingressSubjects, STREAM } from '#contracts/subjects.ts';
import { placeOf, Topology } from '#contracts/topology.ts';
import { readLast } from '#bus/stored-message.ts';
import { connect, type Client } from '#door/client.ts';
import { runWorker, ActivityFailed, type Worker } from '#door/worker.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { delivery } from '#test/compile/delivery.ts';

describe('a client', () => {
  let nats: TestNatsServer;
  let client: Client;
  let worker: Worker;
  let bus: Bus;
  let ids = 0;
  const fresh = (): string => `d${(ids += 1)}`;
  const start = (id = fresh()) => client.start(delivery, { id, input: { to: 'Ann' } });

  const run = (): Promise<Worker> =>
    runWorker({
      servers: [nats.url],
      actors: [delivery],
      activities: {
        book: async ({ to }) => {
          if (to === 'nobody') {
            throw new ActivityFailed({
              code: 'NO_SUCH_PLACE',
              message: 'nobody is no place',
              kind: 'terminal',
            });
          }
          return { courier: `courier-of-${to}` };
        },
        release: async () => undefined,
      },
    });

  beforeAll(async () => {
    nats = await startTestNatsServer();
    worker = await run();
    client = await connect({ servers: [nats.url] });
    bus = await connectBus({ servers: [nats.url], name: 'bare' });
  });
  afterAll(async () => {
    await bus.close();
    await client.close();
    await worker.stop();
    await nats.dispose();
  });

  it('starts, waits, asks and gets the result', async () => {
    const handle = await start();
    const waiting = await handle.waitFor({ tag: 'needs-signature' });
    expect(waiting.context).toEqual({ to: 'Ann', courier: 'courier-of-Ann', signedBy: '' });
    expect(waiting.matches('atTheDoor')).toBe(true);
    expect(waiting.hasTag('needs-signature')).toBe(true);
    expect(await handle.ask({ type: 'SIGN', by: 'Ann' })).toMatchObject({ status: 'done', value: 'signed' });
    expect(await handle.result()).toEqual({ signedBy: 'Ann' });
  });

  it('is told why when the machine does not take what it asks', async () => {
    const handle = await start();
    await handle.waitFor({ state: 'atTheDoor' });
    await handle.ask({ type: 'REFUSE' });
    await handle.result();
    await expect(handle.ask({ type: 'SIGN', by: 'Ann' })).rejects.toMatchObject({
      code: 'EVENT_REFUSED',
      message: expect.stringContaining("does not take 'SIGN' now: not-active") as string,
    });
    await expect(client.get(delivery, 'never').ask({ type: 'REFUSE' })).rejects.toMatchObject({
      code: 'ACTOR_UNKNOWN',
    });
  });

  it('hears that the id is taken, and whose actor it gets', async () => {
    const handle = await start('taken');
    await expect(start('taken')).rejects.toMatchObject({ code: 'ACTOR_EXISTS' });
    const input = { to: 'Bob' };
    const same = await client.start(delivery, { id: 'taken', input, onConflict: 'use-existing' });
    expect((await same.snapshot()).context.to).toBe('Ann');
    await client.start(delivery, { id: 'taken', input, onConflict: 'replace' });
    expect((await handle.snapshot()).context.to).toBe('Bob');
  });

  it('applies what has the same key once', async () => {
    const handle = await start();
    await handle.waitFor({ state: 'atTheDoor' });
    await handle.ask({ type: 'REFUSE' }, { idempotencyKey: 'no-1' });
    expect(await handle.ask({ type: 'REFUSE' }, { idempotencyKey: 'no-1' })).toMatchObject({
      repeated: true,
    });
  });

  it('refuses values that do not fit before they leave', async () => {
    const handle = await start();
    const wrong = { type: 'SIGN', by: 7 } as never;
    await expect(handle.send(wrong)).rejects.toMatchObject({ code: 'EVENT_INVALID' });
    await expect(client.start(delivery, { id: fresh(), input: {} as never })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  it('finds an actor untouched by a wrong payload that someone published by hand', async () => {
    const handle = await start();
    await handle.waitFor({ state: 'atTheDoor' });
    const to = handle.address;
    const subject = ingressSubjects('app').of(
      placeOf(to, Topology.parse({ services: ['app'] })),
      to,
      'by-hand',
    );
    const envelope = { v: 1, kind: 'event', id: 'by-hand', to, event: { type: 'SIGN', by: 7 } };
    await publish(bus, { subject, data: JSON.stringify(envelope) });
    await expect
      .poll(async () => (await readLast(bus, { stream: STREAM.dead, subject: 'dead.>' }))?.data, {
        timeout: 20_000,
      })
      .toContain('EVENT_INVALID: SIGN: by: ');
    expect((await handle.snapshot()).matches('atTheDoor')).toBe(true);
    expect((await handle.ask({ type: 'SIGN', by: 'Ann' })).status).toBe('done');
  });

  it('throws the failure of an actor that failed', async () => {
    const handle = await client.start(delivery, { id: fresh(), input: { to: 'nobody' } });
    await expect(handle.result()).rejects.toMatchObject({
      name: 'ActorFailed',
      status: 'error',
      failure: { code: 'NO_SUCH_PLACE' },
    });
    await expect(handle.waitFor({ state: 'signed' })).rejects.toMatchObject({ code: 'WAIT_ENDED' });
  });

  it('reads and sends while no worker runs, and waits until one does', async () => {
    const handle = await start();
    await handle.waitFor({ state: 'atTheDoor' });
    await worker.stop();
    expect((await handle.snapshot()).context.courier).toBe('courier-of-Ann');
    await handle.send({ type: 'SIGN', by: 'Cleo' });
    const late = client.start(delivery, { id: 'late', input: { to: 'Dan' }, timeoutMs: 50 });
    await expect(late).rejects.toMatchObject({ code: 'NO_ANSWER' });
    const signed = client.get(delivery, 'late').waitFor({ state: 'atTheDoor' });
    const stored = await client.start(delivery, { id: 'stored', input: { to: 'Eve' }, waitFor: 'stored' });
    await client.start(delivery, { id: 'stored', input: { to: 'Flo' }, waitFor: 'stored' });
    worker = await run();
    expect((await stored.waitFor({ state: 'atTheDoor' })).context.to).toBe('Eve');
    expect(await handle.result()).toEqual({ signedBy: 'Cleo' });
    expect((await signed).context.to).toBe('Dan');
  });

  it('reads and follows what the actor did, to its end', async () => {
    const handle = await start();
    const followed: number[] = [];
    const following = (async () => {
      for await (const { step } of handle.follow()) followed.push(step);
    })();
    await handle.waitFor({ state: 'atTheDoor' });
    await handle.ask({ type: 'SIGN', by: 'Ann' });
    await following;
    const steps = await handle.history();
    expect(followed).toEqual(steps.map(({ step }) => step));
    expect(steps.flatMap(({ applied }) => applied.map(({ type, kind }) => type ?? kind))).toContain('SIGN');
    // after the end: all that is kept, and then it ends
    const again: number[] = [];
    for await (const { step } of handle.follow({ fromStep: 2 })) again.push(step);
    expect(again).toEqual(followed.slice(1));
  });

  it('gives up waiting when told to', async () => {
    const handle = await start();
    await expect(handle.waitFor({ state: 'signed' }, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
    });
  });

  it('cannot run a worker without the code of an activity', async () => {
    const options = { servers: [nats.url], actors: [delivery], activities: {} } as never;
    await expect(runWorker(options)).rejects.toMatchObject({ code: 'ACTIVITY_MISSING' });
  });
});
