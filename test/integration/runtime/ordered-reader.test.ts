/** What reads a stream in order goes on while the cluster can make no consumer for it. */
import { DiscardPolicy, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { readOrdered } from '#bus/ordered-reader.ts';
import { publish } from '#bus/publish.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };
const OURS = ['log.one.>', 'log.two.*.end'];

let server: TestNatsServer;
let bus: Bus;
let manager: JetStreamManager;

beforeAll(async () => {
  server = await startTestNatsServer();
  bus = await connectBus({ servers: [server.url], name: 'ordered-reader-test' });
  manager = await jetstreamManager(bus);
});

afterAll(async () => {
  await bus.close();
  await server.dispose();
});

/** A stream that has room for one consumer: whoever takes it keeps all others out. */
async function crowdedStream(name: string): Promise<void> {
  await manager.streams.add({
    name,
    subjects: ['log.>'],
    discard: DiscardPolicy.Old,
    max_consumers: 1,
    allow_direct: true,
  });
}

/** Takes the place of the reader's consumer; returns how to give it back. */
async function takePlace(stream: string): Promise<() => Promise<void>> {
  for await (const { name } of manager.consumers.list(stream)) await manager.consumers.delete(stream, name);
  await manager.consumers.add(stream, { durable_name: 'taken' });
  return async () => void (await manager.consumers.delete(stream, 'taken'));
}

async function write(...subjects: string[]): Promise<void> {
  for (const subject of subjects) await publish(bus, { subject, data: subject });
}

describe('a reader of a stream', () => {
  it('leaves no consumer behind when it is closed, and not for long when its process is killed', async () => {
    await manager.streams.add({ name: 'LEFT', subjects: ['left'] });
    const reader = await readOrdered(bus, { stream: 'LEFT', subjects: ['left'], from: 0 }, () => undefined);
    const consumers = await manager.consumers.list('LEFT').next();
    expect(consumers.map(({ config }) => config.inactive_threshold)).toEqual([30_000_000_000]);
    await reader.close();
    expect(await manager.consumers.list('LEFT').next()).toEqual([]);
    await manager.streams.delete('LEFT');
  });

  it('reads on, in order and each message once, while no consumer can be made, and by one afterwards', async () => {
    await crowdedStream('DIRECT');
    await write('log.zero.1');
    const heard: string[] = [];
    const options = { stream: 'DIRECT', subjects: OURS, from: 0, readsDirectly: true };
    const reader = await readOrdered(bus, options, ({ subject, data }) => {
      expect(data).toBe(subject);
      heard.push(subject);
    });
    const giveBack = await takePlace('DIRECT');
    await write('log.one.1', 'log.zero.2', 'log.two.2.end', 'log.two.2.begin', 'log.one.3.deep', 'log.one');
    await expect.poll(() => heard, PATIENCE).toEqual(['log.one.1', 'log.two.2.end', 'log.one.3.deep']);
    await write(...Array.from({ length: 600 }, (_, index) => `log.one.${index}`));
    await expect.poll(() => heard.length, PATIENCE).toBe(603);
    expect(await manager.consumers.list('DIRECT').next()).toMatchObject([{ name: 'taken' }]);

    await giveBack();
    await expect.poll(async () => (await manager.consumers.list('DIRECT').next()).length, PATIENCE).toBe(1);
    await write('log.one.last');
    await expect.poll(() => heard.at(-1), PATIENCE).toBe('log.one.last');
    expect(heard.slice(3, -1)).toEqual(Array.from({ length: 600 }, (_, index) => `log.one.${index}`));
    await reader.close();
    await manager.streams.delete('DIRECT');
  });

  it('begins with what is kept when it had heard nothing before the last consumer went', async () => {
    await crowdedStream('LATE');
    const heard: string[] = [];
    const options = { stream: 'LATE', subjects: OURS, from: 0, readsDirectly: true };
    const reader = await readOrdered(bus, options, ({ subject }) => void heard.push(subject));
    const giveBack = await takePlace('LATE');
    await write('log.two.1.end', 'log.zero.1', 'log.one.1', 'log.two.2.end', 'log.one.2');
    const kept = ['log.two.1.end', 'log.one.1', 'log.two.2.end', 'log.one.2'];
    await expect.poll(() => heard, PATIENCE).toEqual(kept);
    await write('log.one.3');
    await expect.poll(() => heard, PATIENCE).toEqual([...kept, 'log.one.3']);
    await giveBack();
    await expect.poll(async () => (await manager.consumers.list('LATE').next()).length, PATIENCE).toBe(1);
    await write('log.one.4');
    await expect.poll(() => heard, PATIENCE).toEqual([...kept, 'log.one.3', 'log.one.4']);
    await reader.close();
    await manager.streams.delete('LATE');
  });

  it('waits for a consumer when it was not told to read directly', async () => {
    await crowdedStream('PATIENT');
    const heard: string[] = [];
    const options = { stream: 'PATIENT', subjects: OURS, from: 0 };
    const reader = await readOrdered(bus, options, ({ subject }) => heard.push(subject));
    await write('log.one.1');
    await expect.poll(() => heard, PATIENCE).toEqual(['log.one.1']);
    const giveBack = await takePlace('PATIENT');
    await write('log.one.2');
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(heard).toEqual(['log.one.1']);
    await giveBack();
    await expect.poll(() => heard, PATIENCE).toEqual(['log.one.1', 'log.one.2']);
    await reader.close();
    await manager.streams.delete('PATIENT');
  });
});
