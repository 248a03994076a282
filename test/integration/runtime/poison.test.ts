/** An event that no step can be made with, on a real server with real processes: who is touched, and the way back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { readDeadLetters } from '#bus/dead-letters.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { windlass } from '#test/e2e/deployment.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { probeTopology as topology, type ProbeProcess } from '#test/support/probe-process.ts';
import { startTallyWorker, type TallyWorkerKind } from '#test/support/tally-worker.ts';

const PATIENCE = { timeout: 50_000, interval: 100 };
const UNLUCKY = 13;

describe('an event that no step can be made with', () => {
  let server: TestNatsServer;
  let bus: Bus;
  let views: JetStreamViews;
  let ids = 0;
  const workers = new Set<ProbeProcess>();

  beforeAll(async () => {
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'poison-test' });
    views = new JetStreamViews({ bus, topology });
  });
  afterAll(async () => {
    await Promise.all([...workers].map((worker) => worker.kill('SIGKILL')));
    await bus.close();
    await server.dispose();
  });

  const add = async (kind: TallyWorkerKind): Promise<void> => {
    workers.add(await startTallyWorker(server.url, kind));
  };
  const killAll = async (): Promise<void> => {
    await Promise.all([...workers].map((worker) => worker.kill('SIGKILL')));
    workers.clear();
  };
  const tell = async (to: Address, n: number): Promise<void> => {
    ids += 1;
    const event = { type: 'ADD', n };
    await new JetStreamIngress({ bus, topology }).send({ v: 1, kind: 'event', id: `add-${ids}`, to, event });
  };
  const view = (address: Address): Promise<ActorView | null> => views.read(address);
  const sums = (addresses: readonly Address[]): Promise<unknown[]> =>
    Promise.all(
      addresses.map(async (address) => ((await view(address))?.detail as { sum?: number } | undefined)?.sum),
    );
  const command = async (...words: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await windlass(words, { env: { NATS_URL: server.url } });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    return stdout;
  };

  it('stalls its actor alone, over every takeover, until a mended worker resumes it and sends it again', async () => {
    const actors = Array.from({ length: 20 }, (_, index) =>
      addressOf({ service: 'probe', type: 'tally', root: `t${index}`, id: `t${index}` }),
    );
    const [poisoned, ...others] = actors;
    if (!poisoned) throw new Error('no actor');
    await add('faulty');
    await add('faulty');
    for (const actor of actors) await tell(actor, 1);
    await tell(poisoned, UNLUCKY);
    for (const actor of actors) await tell(actor, 2);

    await expect.poll(() => sums(others), PATIENCE).toEqual(others.map(() => 3));
    await expect.poll(async () => (await view(poisoned))?.stalled?.code, PATIENCE).toBe('STEP_FAILED');
    await expect.poll(async () => (await view(poisoned))?.held, PATIENCE).toBe(1);
    expect(await view(poisoned)).toMatchObject({ status: 'active', detail: { sum: 1 } });
    const letters = await readDeadLetters(bus);
    expect(letters).toMatchObject([
      { reason: 'STEP_FAILED: 13 cannot be checked', raw: expect.stringContaining('"n":13') },
    ]);

    // whoever takes over finds it as it is, and parks nothing again
    await killAll();
    await add('faulty');
    for (const actor of actors) await tell(actor, 4);
    await expect.poll(() => sums(others), PATIENCE).toEqual(others.map(() => 7));
    await expect.poll(async () => (await view(poisoned))?.held, PATIENCE).toBe(2);
    expect(await readDeadLetters(bus)).toEqual(letters);

    await killAll();
    await add('mended');
    expect(await view(poisoned)).toMatchObject({ stalled: { code: 'STEP_FAILED' }, detail: { sum: 1 } });
    await command('actor', 'resume', poisoned);
    await expect.poll(() => sums([poisoned]), PATIENCE).toEqual([7]);
    await command('dead', 'redrive', String(letters[0]?.sequence));
    await expect.poll(() => sums([poisoned]), PATIENCE).toEqual([7 + UNLUCKY]);
    expect(await view(poisoned)).not.toHaveProperty('stalled');
    expect(await readDeadLetters(bus)).toEqual([]);
  });
});
