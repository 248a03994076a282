/** What `windlass inspect` sends arrives in the Inspector protocol's own client, with definition, parent and root. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createMachine } from 'xstate';
import { connectBus, type Bus } from '#bus/connect.ts';
import { addressOf } from '#contracts/address.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import { Topology } from '#contracts/topology.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import type { RunningNode } from '#runtime/node.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { parent, worker } from '#test/unit/kernel/machines/family.machine.ts';

const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 4 });
const ROOT = addressOf({ service: 'shop', type: 'parent', root: 'p1', id: 'p1' });

type Announced = { url: string; socketUrl: string };

describe('windlass inspect', () => {
  let server: TestNatsServer;
  let bus: Bus;
  let node: RunningNode;
  let inspector: ChildProcess | undefined;
  let sent = 0;

  beforeAll(async () => {
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'inspect-test' });
    node = await startJetStreamNode({
      bus,
      topology,
      service: 'shop',
      node: 'shop-a',
      definitions: [parent, worker],
      activities: {},
      queues: [],
    });
    await new JetStreamIngress({ bus, topology }).send({ v: 1, kind: 'start', id: 'start-p1', to: ROOT });
    await tell({ type: 'spawn' });
  });
  afterEach(async () => {
    inspector?.kill('SIGINT');
    if (inspector?.exitCode === null) await once(inspector, 'exit');
    inspector = undefined;
  });
  afterAll(async () => {
    await node.stop();
    await bus.close();
    await server.dispose();
  });

  const tell = async (event: ActorEvent): Promise<void> => {
    const id = `told-${(sent += 1)}`;
    await new JetStreamIngress({ bus, topology }).send({ v: 1, kind: 'event', id, to: ROOT, event });
  };

  const inspect = async (...words: string[]): Promise<Announced> => {
    const child = spawn(
      process.execPath,
      ['services/cli/main.ts', 'inspect', '--port', '0', '-o', 'json', ...words],
      { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, NATS_URL: server.url } },
    );
    inspector = child;
    let text = '';
    for await (const chunk of child.stdout) {
      text += String(chunk);
      if (text.endsWith('}\n')) break;
    }
    return JSON.parse(text) as Announced;
  };

  const receive = (socketUrl: string): StatelyInspectionEvent[] => {
    const received: StatelyInspectionEvent[] = [];
    createWebSocketReceiver({ server: socketUrl }).subscribe((frame) => void received.push(frame));
    return received;
  };

  it('sends a tree with definition, parent and root, and each step as it comes', async () => {
    const { socketUrl } = await inspect('--root', 'p1');
    const received = receive(socketUrl);
    await expect.poll(() => received.length).toBeGreaterThanOrEqual(4);

    const actors = received.filter((frame) => frame.type === '@xstate.actor');
    expect(actors).toMatchObject([
      { sessionId: ROOT, rootId: ROOT, name: 'parent p1', snapshot: { status: 'active', value: 'idle' } },
      { parentId: ROOT, rootId: ROOT, snapshot: { status: 'active', value: 'working' } },
    ]);
    const definitions = actors.map(({ definition }) => createMachine(JSON.parse(definition ?? '') as never));
    expect(definitions.map(({ id }) => id)).toEqual(['parent', 'worker']);
    expect(Object.keys(definitions[0]?.states ?? {})).toEqual(['idle', 'operating', 'failed']);

    await tell({ type: 'enter' });
    await expect
      .poll(() => received.find((frame) => frame.type === '@xstate.event'))
      .toMatchObject({ sessionId: ROOT, rootId: ROOT, event: { type: 'enter' } });
    await expect
      .poll(() => received.at(-1))
      .toMatchObject({
        type: '@xstate.snapshot',
        event: { type: 'enter' },
        sessionId: ROOT,
        rootId: ROOT,
        snapshot: { value: 'operating' },
      });
  });

  it('sends trees that start later when no root was named', async () => {
    const { socketUrl } = await inspect();
    const received = receive(socketUrl);
    const to = addressOf({ service: 'shop', type: 'parent', root: 'p2', id: 'p2' });
    await new JetStreamIngress({ bus, topology }).send({ v: 1, kind: 'start', id: 'start-p2', to });
    await expect
      .poll(() => received.find(({ type }) => type === '@xstate.actor'))
      .toMatchObject({
        sessionId: to,
        rootId: to,
        definition: expect.stringContaining('"parent"') as string,
      });
  });

  it('offers a page for the inspector, and no foreign page can connect', async () => {
    const { url, socketUrl } = await inspect('--root', 'p1', '--viewer', 'https://viewer.example/inspect');
    const page = await fetch(url);
    expect(await page.text()).toContain('src="https://viewer.example/inspect"');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");

    const foreign = new WebSocket(socketUrl, { origin: 'https://evil.example' });
    const [error] = (await once(foreign, 'error')) as [Error];
    expect(error.message).toContain('401');
  });

  it('says which root it does not find', async () => {
    const child = spawn(
      process.execPath,
      ['services/cli/main.ts', 'inspect', '--port', '0', '--root', 'nobody'],
      { env: { ...process.env, NATS_URL: server.url } },
    );
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [exitCode] = (await once(child, 'exit')) as [number];
    expect(text).toContain('ROOT_NOT_FOUND');
    expect(exitCode).toBe(3);
  });
});
