import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { declareStreams } from '#bus/streams.ts';
import { addressOf } from '#contracts/address.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { windlass } from '#test/e2e/deployment.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { startParcelWorker } from '#test/support/parcel-worker.ts';
import { probeTopology as topology, type ProbeProcess } from '#test/support/probe-process.ts';

const ACTORS = 3;
const moduleOf = (name: string): string => `${import.meta.dirname}/definitions/${name}.ts`;

describe('windlass versions', () => {
  let server: TestNatsServer;
  let bus: Bus;
  let worker: ProbeProcess;
  const run = (...words: string[]) => windlass(['versions', ...words], { env: { NATS_URL: server.url } });

  beforeAll(async () => {
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'versions-command-test' });
    await declareStreams(bus, topology);
    worker = await startParcelWorker(server.url, '1');
    const ingress = new JetStreamIngress({ bus, topology });
    for (let index = 0; index < ACTORS; index += 1) {
      const id = `p${index}`;
      const to = addressOf({ service: 'probe', type: 'parcel', root: id, id });
      await ingress.send({ v: 1, kind: 'event', id, to, event: { type: 'NOTE', n: 1 } });
    }
    const views = new JetStreamViews({ bus, topology });
    while ((await views.readType({ service: 'probe', type: 'parcel' })).length < ACTORS)
      await new Promise((resolve) => setTimeout(resolve, 100));
  });
  afterAll(async () => {
    await worker.kill('SIGKILL');
    await bus.close();
    await server.dispose();
  });

  it('lists which versions run where, and how many live actors are pinned to each', async () => {
    const { exitCode, stdout } = await run('ls', '--type', 'parcel', '-o', 'json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      {
        service: 'probe',
        type: 'parcel',
        version: 1,
        hash: expect.stringMatching(/^[0-9a-f]{16}$/),
        nodes: [expect.stringMatching(/^probe-/)],
        live: ACTORS,
        stalled: 0,
      },
    ]);
    const table = await run('ls');
    expect(table.stdout).toMatch(/SERVICE +TYPE +VERSION +STRUCTURE +NODES +LIVE +STALLED/);
  });

  it('says migrates and ends with 0 when new definitions have a way for every live actor', async () => {
    const { exitCode, stdout } = await run('compat', moduleOf('parcel-second'), '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      compatible: true,
      counts: { keeps: 0, adopts: 0, migrates: ACTORS, strands: 0 },
      forecasts: Array.from({ length: ACTORS }, () => ({
        verdict: 'migrates',
        version: 1,
        to: { version: 2 },
      })),
    });
  });

  it('lists what would strand, why and the remedy, and ends with 1', async () => {
    const { exitCode, stdout } = await run('compat', moduleOf('parcel-changed'));
    expect(exitCode).toBe(1);
    expect(stdout).toContain('strands');
    expect(stdout).toContain('has no state');
    expect(stdout).toContain(`0 keeps, 0 adopts, 0 migrates, ${ACTORS} strands`);
    expect(stdout).toMatch(/remedy: .*higher version/);
  });

  it('looks at one type alone when asked to', async () => {
    const { exitCode, stdout } = await run('compat', moduleOf('parcel-changed'), '--type', 'other', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ compatible: true, forecasts: [] });
  });

  it('says what is wrong with a module that is not there or exports none', async () => {
    const missing = await run('compat', 'nowhere.ts');
    expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('MODULE_NOT_LOADED') });
    const empty = await run('compat', 'src/contracts/json.ts');
    expect(empty).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('NO_DEFINITIONS') });
  });
});
