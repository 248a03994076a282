import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { declareStreams } from '#bus/streams.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { directAsks } from '#runtime/jetstream/jetstream-asks.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { OwnSends } from '#runtime/own-sends.ts';
import type { Asks } from '#runtime/ports.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import {
  probeTopology as topology,
  startProbeProcess,
  type ProbeProcess,
} from '#test/support/probe-process.ts';
import { SEQUENCE_WORKER } from '#test/support/sequence-worker.ts';

const ACTORS = 42;
const ANSWER_MS = 60_000;

describe('replicas under load', () => {
  let server: TestNatsServer;
  let bus: Bus;
  let ingress: JetStreamIngress;
  let asks: Asks;
  let views: JetStreamViews;
  const workers = new Set<ProbeProcess>();
  const sent = new Map<Address, number>();
  beforeAll(async () => {
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'replicas-test' });
    await declareStreams(bus, topology);
    const sends = new OwnSends();
    ingress = new JetStreamIngress({ bus, topology, sends });
    asks = directAsks({ bus, topology, sends });
    views = new JetStreamViews({ bus, topology });
  });
  afterAll(async () => {
    await Promise.all([...workers].map((worker) => worker.kill('SIGKILL')));
    await bus.close();
    await server.dispose();
  });

  async function add(): Promise<ProbeProcess> {
    const worker = await startProbeProcess(SEQUENCE_WORKER, server.url);
    workers.add(worker);
    return worker;
  }

  async function remove(worker: ProbeProcess, signal: NodeJS.Signals): Promise<void> {
    workers.delete(worker);
    await worker.kill(signal);
  }

  /** By turns actors whose events are stored, asked directly, and both. */
  async function tell(index: number, event: Extract<Envelope, { kind: 'event' }>): Promise<void> {
    const isAsked = index % 3 === 2 ? (sent.get(event.to) ?? 0) % 2 === 0 : index % 3 === 1;
    if (!isAsked) return ingress.send(event);
    const answer = await asks.ask(event, ANSWER_MS);
    expect(answer, `the answer to ${event.id}`).toMatchObject({ outcome: 'applied' });
  }

  /** Tells every actor numbered events, in order per actor, while `disturb` goes on. */
  async function underLoad(disturb: () => Promise<void>): Promise<void> {
    let stop = false;
    const lanes = Array.from({ length: ACTORS }, async (_, index) => {
      const to = addressOf({ service: 'probe', type: 'sequence', root: `s${index}`, id: `s${index}` });
      while (!stop) {
        const n = (sent.get(to) ?? 0) + 1;
        sent.set(to, n);
        await tell(index, { v: 1, kind: 'event', id: `${to}-${n}`, to, event: { type: 'NOTE', n } });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    await disturb();
    stop = true;
    await Promise.all(lanes);
  }

  async function expectAllInOrder(): Promise<void> {
    for (const [address, last] of sent) {
      await expect
        .poll(async () => (await views.read(address))?.detail, { timeout: 30_000, interval: 200 })
        .toEqual({ last, faults: 0 });
    }
  }

  it('loses and reorders nothing when replicas are added and removed in good order', async () => {
    const first = await add();
    await underLoad(async () => {
      const second = await add();
      const third = await add();
      await remove(first, 'SIGTERM');
      const fourth = await add();
      await remove(second, 'SIGTERM');
      await remove(third, 'SIGTERM');
      expect(fourth.pid).toBeGreaterThan(0);
    });
    await expectAllInOrder();
  });

  it('loses and reorders nothing when replicas are killed, frozen, and the server is killed', async () => {
    const doomed = await add();
    const frozen = await add();
    await underLoad(async () => {
      await remove(doomed, 'SIGKILL');
      await add();
      frozen.signal('SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      frozen.signal('SIGCONT');
      await server.kill('SIGKILL');
      await server.restart();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    });
    await expectAllInOrder();
  });
});
