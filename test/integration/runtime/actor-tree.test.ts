import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { declareStreams } from '#bus/streams.ts';
import { addressOf, partsOf } from '#contracts/address.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { TREE_WORKER } from '#test/support/tree-worker.ts';
import { probeTopology as topology, startProbeProcess } from '#test/support/probe-process.ts';

const ROUNDS = 6;

describe('a tree of actors', () => {
  let server: TestNatsServer;
  let bus: Bus;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'windlass-tree-'));
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'tree-test' });
    await declareStreams(bus, topology);
  });
  afterAll(async () => {
    await bus.close();
    await server.dispose();
    await rm(folder, { recursive: true });
  });

  it('keeps system ids, snapshots and actions when its worker is killed again and again', async () => {
    const file = path.join(folder, 'written');
    const to = addressOf({ service: 'probe', type: 'tree', root: 't1', id: 't1' });
    const ingress = new JetStreamIngress({ bus, topology });
    await ingress.send({ v: 1, kind: 'start', id: 'start', to, input: { file } });
    let worker = await startProbeProcess(TREE_WORKER, server.url);
    try {
      for (let n = 1; n <= ROUNDS; n += 1) {
        await ingress.send({ v: 1, kind: 'event', id: `work-${n}`, to, event: { type: 'work', n } });
        // somewhere between the commits of the tree, a little later each time
        await new Promise((resolve) => setTimeout(resolve, n * 15));
        await worker.kill('SIGKILL');
        worker = await startProbeProcess(TREE_WORKER, server.url);
      }
      const views = new JetStreamViews({ bus, topology });
      const detailOf = async (type: string): Promise<unknown> =>
        (await views.readTree('t1')).find(({ address }) => partsOf(address).type === type)?.detail;
      const all = Array.from({ length: ROUNDS }, (_, index) => index + 1);
      const sum = all.reduce((left, right) => left + right);
      await expect.poll(() => detailOf('treeLeaf'), { timeout: 30_000 }).toEqual({ heard: all });
      await expect.poll(() => detailOf('tree'), { timeout: 30_000 }).toEqual({ file, sum });
      const written = async () => new Set((await readFile(file, 'utf8')).trim().split('\n').map(Number));
      await expect.poll(written, { timeout: 50_000, interval: 200 }).toEqual(new Set(all));
    } finally {
      await worker.kill('SIGKILL');
    }
  }, 120_000);
});
