/** `windlass actor …` and `windlass dead …` against actors of a node on a real server. */
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { connectBus, type Bus } from '#bus/connect.ts';
import { surveyStreams } from '#bus/stream-survey.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { StepNote } from '#contracts/step-note.ts';
import { Topology } from '#contracts/topology.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import type { RunningNode } from '#runtime/node.ts';
import { examineRecords, readRecordSizes } from '#services/cli/doctor/examine-records.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';

const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 4 });

/** Of the same version, but without the state that its actors are in: their records cannot be restored. */
const counter = (state: 'on' | 'gone') => ({
  type: 'counter',
  version: 1,
  machine: setup({ types: { context: {} as { count: number; pad: string } } }).createMachine({
    id: 'counter',
    context: { count: 0, pad: '' },
    initial: state,
    states: {
      [state]: {
        on: {
          add: { actions: assign({ count: ({ context }) => context.count + 1 }) },
          grow: { actions: assign({ pad: 'x'.repeat(150 * 1024), count: 1 }) },
        },
      },
    },
  }),
  view: ({ context }: { context: { count: number } }) => ({ count: context.count }),
});

type Ran = { code: number; stdout: string; stderr: string };

describe('windlass actor and windlass dead', () => {
  let server: TestNatsServer;
  let bus: Bus;
  let node: RunningNode;
  let sent = 0;

  beforeAll(async () => {
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'actor-test' });
    node = await startNodeWith('on');
  });
  afterAll(async () => {
    await node.stop();
    await bus.close();
    await server.dispose();
  });

  const startNodeWith = (state: 'on' | 'gone'): Promise<RunningNode> =>
    startJetStreamNode({
      bus,
      topology,
      service: 'shop',
      node: `shop-${(sent += 1)}`,
      definitions: [counter(state)],
      activities: {},
      queues: [],
    });

  const windlass = (...words: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        ['services/cli/main.ts', ...words],
        { env: { ...process.env, NATS_URL: server.url } },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  const json = async (...words: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await windlass(...words, '-o', 'json');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return JSON.parse(stdout);
  };

  const tell = (to: Address, content: object): Promise<void> => {
    const envelope = { v: 1, id: `told-${(sent += 1)}`, to, ...content } as Envelope;
    return new JetStreamIngress({ bus, topology }).send(envelope);
  };
  const add = (to: Address) => tell(to, { kind: 'event', event: { type: 'add' } });
  const view = (address: Address): Promise<ActorView | null> =>
    new JetStreamViews({ bus, topology }).read(address);
  const counts = async (address: Address): Promise<unknown> =>
    (((await view(address))?.detail ?? {}) as { count?: number }).count;

  const started = async (id: string): Promise<Address> => {
    const address = addressOf({ service: 'shop', type: 'counter', root: id, id });
    await tell(address, { kind: 'start' });
    await expect.poll(() => counts(address)).toBe(0);
    return address;
  };

  it('shows an actor, what it did, and lists it', async () => {
    const address = await started('seen');
    await add(address);
    await expect.poll(() => counts(address)).toBe(1);
    expect(await json('actor', 'get', address)).toMatchObject({ address, value: 'on', detail: { count: 1 } });
    const notes = (await json('actor', 'history', address)) as StepNote[];
    expect(notes.map(({ step, applied }) => [step, applied[0]?.kind])).toEqual([
      [1, 'start'],
      [2, 'event'],
    ]);
    expect(await json('actor', 'ls', '--service', 'shop', '--type', 'counter')).toContainEqual(
      expect.objectContaining({ address }),
    );
    expect((await windlass('actor', 'history', address)).stdout).toMatch(/add/);
  });

  it('pauses, resumes, cancels and terminates', async () => {
    const [address, other] = [await started('paused'), await started('ended')];
    await windlass('actor', 'pause', address, '--reason', 'look');
    await add(address);
    await expect.poll(() => view(address)).toMatchObject({ paused: { reason: 'look' }, held: 1 });
    expect((await windlass('actor', 'ls', '--service', 'shop', '--held')).stdout).toMatch(/paused, 1 kept/);
    expect((await windlass('actor', 'resume', address)).code).toBe(0);
    await expect.poll(() => counts(address)).toBe(1);
    await windlass('actor', 'cancel', address);
    expect(await view(address)).toMatchObject({ status: 'stopped', error: { code: 'ACTOR_CANCELED' } });
    await windlass('actor', 'terminate', other, '--reason', 'enough');
    expect(await view(other)).toMatchObject({ status: 'stopped', error: { code: 'ACTOR_TERMINATED' } });
  });

  it('says what is wrong, with its exit code', async () => {
    expect(await windlass('actor', 'get', 'nonsense')).toMatchObject({ code: 2 });
    expect(await windlass('actor', 'get', 'shop:counter:none:none')).toMatchObject({ code: 3 });
    expect(await windlass('actor', 'get', 'nowhere:counter:a:a')).toMatchObject({ code: 3 });
    const address = await started('over');
    await windlass('actor', 'terminate', address);
    expect(await windlass('actor', 'pause', address)).toMatchObject({ code: 6 });
    expect(await windlass('dead', 'get', '999')).toMatchObject({ code: 3 });
  });

  it('shows an actor that nobody can run, and lets it go on by itself', async () => {
    const address = await started('stalls');
    await node.stop();
    node = await startNodeWith('gone');
    await add(address);
    await expect
      .poll(() => view(address), { timeout: 15_000 })
      .toMatchObject({ status: 'active', value: 'on', stalled: { code: 'DEFINITION_CHANGED' }, held: 1 });
    expect((await windlass('actor', 'ls', '--service', 'shop', '--held')).stdout).toMatch(
      /stalled DEFINITION_CHANGED, 1 kept/,
    );
    await node.stop();
    node = await startNodeWith('on');
    await windlass('actor', 'resume', address);
    await expect.poll(() => counts(address)).toBe(1);
    expect(await view(address)).not.toHaveProperty('stalled');
  });

  it('finds the actors whose record is near the soft limit, or over it', async () => {
    const [address] = [await started('large'), await started('small')];
    await tell(address, { kind: 'event', event: { type: 'grow' } });
    await expect.poll(() => counts(address)).toBe(1);
    const found = await readRecordSizes(
      { bus, topology, service: 'shop' },
      { survey: await surveyStreams(bus), isAsked: false },
    );
    expect(found).toEqual([{ address, sizeBytes: expect.any(Number) }]);
    expect(examineRecords('shop', found)).toMatchObject({
      verdict: 'warn',
      detail: expect.stringMatching(/^1 over .*: shop:counter:large:large 150 KiB$/),
    });
  });

  it('sends again what was parked', async () => {
    const address = addressOf({ service: 'shop', type: 'counter', root: 'early', id: 'early' });
    await add(address);
    const letters = async () => (await json('dead', 'ls')) as { sequence: number; reason: string }[];
    await expect
      .poll(letters, { timeout: 10_000 })
      .toMatchObject([{ reason: expect.stringMatching(/^ACTOR_UNKNOWN/) }]);
    await started('early');
    const number = String((await letters())[0]?.sequence);
    expect((await windlass('dead', 'get', number)).stdout).toMatch(/"add"/);
    expect((await windlass('dead', 'redrive', number)).code).toBe(0);
    await expect.poll(() => counts(address)).toBe(1);
    expect((await windlass('dead', 'ls')).stdout).toMatch(/Nothing is parked/);
  });
});
