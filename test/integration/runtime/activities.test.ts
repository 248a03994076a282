/** Activities on a real server, run by processes of their own, which are killed and stopped. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { activitySubjects } from '#contracts/subjects.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { Json } from '#contracts/json.ts';
import { completeActivity, failActivity, heartbeatActivity } from '#runtime/activity-completion.ts';
import { completionPorts } from '#runtime/jetstream/jetstream-asks.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import type { RunningNode } from '#runtime/node.ts';
import { windlass } from '#test/e2e/deployment.ts';
import { CONCURRENCY, RATE, startActivityProcess, type WorkLine } from '#test/support/activity-process.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { probeTopology as topology, type ProbeProcess } from '#test/support/probe-process.ts';
import { workDefinitions, type WorkType } from '#test/support/work.machine.ts';

const PATIENCE = { timeout: 50_000, interval: 100 };

let server: TestNatsServer;
let bus: Bus;
let actors: RunningNode;
let views: JetStreamViews;
let folder: string;
let file: string;
let ids = 0;
const processes = new Set<ProbeProcess>();

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'windlass-work-'));
  file = path.join(folder, 'lines');
  writeFileSync(file, '');
  server = await startTestNatsServer();
  bus = await connectBus({ servers: [server.url], name: 'activities-test' });
  actors = await startJetStreamNode({
    bus,
    topology,
    service: 'probe',
    node: 'actors',
    definitions: workDefinitions,
    activities: {},
    queues: [],
  });
  views = new JetStreamViews({ bus, topology });
});

afterAll(async () => {
  await Promise.all([...processes].map((worker) => worker.kill('SIGKILL')));
  await actors.stop({ graceMs: 0 });
  await bus.close();
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function worker(): Promise<ProbeProcess> {
  const started = await startActivityProcess(server.url, file);
  processes.add(started);
  return started;
}

async function end(...workers: ProbeProcess[]): Promise<void> {
  for (const one of workers) {
    processes.delete(one);
    await one.kill('SIGKILL');
  }
}

async function start(type: WorkType | 'reporting', input: Json = {}): Promise<Address> {
  ids += 1;
  const id = `${type}-${ids}`;
  const to = addressOf({ service: 'probe', type, root: id, id });
  await new JetStreamIngress({ bus, topology }).send({ v: 1, kind: 'start', id: `start-${id}`, to, input });
  return to;
}

const view = (address: Address): Promise<ActorView | null> => views.read(address);
const ended = async (address: Address): Promise<unknown> => {
  await expect.poll(async () => (await view(address))?.status, PATIENCE).toBe('done');
  return (await view(address))?.detail;
};

const lines = (what: string): WorkLine[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as WorkLine)
    .filter((line) => line.what === what);

/** Waits for the token that the activity of an actor got. */
async function tokenOf(address: Address, attempt = 1): Promise<string> {
  const tokens = (): string[] =>
    lines('token')
      .map((line) => String(line.of))
      .filter((token) => {
        const named = JSON.parse(Buffer.from(token, 'base64url').toString()) as {
          actor: string;
          attempt: number;
        };
        return named.actor === address && named.attempt === attempt;
      });
  await expect.poll(tokens, PATIENCE).toHaveLength(1);
  return tokens()[0] ?? '';
}

describe('the four time limits', () => {
  it('end an activity that no worker takes, and one that takes too long in all', async () => {
    const [unserved, overdue] = await Promise.all([start('unserved'), start('overdue')]);
    expect(await ended(unserved)).toMatchObject({ code: 'ACTIVITY_SCHEDULE_TO_START_TIMEOUT' });
    expect(await ended(overdue)).toMatchObject({ code: 'ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT' });
  });

  it('end an attempt that takes too long or stops beating, and leave alone one that was taken in time', async () => {
    const one = await worker();
    const [slow, silent, begun] = await Promise.all([start('slow'), start('silent'), start('begun')]);
    expect(await ended(slow)).toMatchObject({ code: 'ACTIVITY_START_TO_CLOSE_TIMEOUT' });
    expect(lines('cleaned up')).toHaveLength(1);
    expect(await ended(silent)).toMatchObject({ code: 'ACTIVITY_HEARTBEAT_TIMEOUT' });
    expect(await ended(begun)).toBe('done');
    await end(one);
  });
});

describe('a worker that hears a cancellation', () => {
  it('does not lose its connection when somebody sends what is no cancellation', async () => {
    bus.publish(activitySubjects('probe').cancel, 'no JSON');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const answered = bus.flush().then(() => 'answered');
    const silent = new Promise((resolve) => setTimeout(() => resolve('silent'), 1_000));
    expect(await Promise.race([answered, silent])).toBe('answered');
  });
});

describe('a worker that goes away with an attempt', () => {
  it('by kill -9: the attempt goes on elsewhere from its last heartbeat', async () => {
    const doomed = await worker();
    const address = await start('counting', { to: 6 });
    const counted = async (): Promise<unknown> => (await view(address))?.activities[0]?.lastHeartbeat;
    await expect.poll(counted, PATIENCE).toBe(3);
    await end(doomed);
    const heir = await worker();
    expect(await ended(address)).toMatchObject({ from: 3, attempt: 1, pid: heir.pid });
    await end(heir);
  });

  it("by SIGSTOP: it is another's, and waking up it fails nothing", async () => {
    const frozen = await worker();
    const address = await start('counting', { to: 12 });
    const counted = async (): Promise<unknown> => (await view(address))?.activities[0]?.lastHeartbeat;
    await expect.poll(counted, PATIENCE).toBe(1);
    frozen.signal('SIGSTOP');
    const awake = await worker();
    const runs = (): number[] => lines('counts from').map(({ pid }) => pid);
    await expect.poll(runs, PATIENCE).toContain(awake.pid);
    frozen.signal('SIGCONT');
    // It may do one attempt only: a failure from the one that woke up would end the activity.
    expect(await ended(address)).toMatchObject({ attempt: 1, pid: awake.pid });
    await end(frozen, awake);
  });
});

describe('a result by token', () => {
  it('comes from any process, once, and only while it is awaited', async () => {
    const one = await worker();
    const outside = completionPorts({ bus, topology });
    const address = await start('asking');
    const token = await tokenOf(address);
    await expect.poll(async () => (await view(address))?.activities[0]?.asyncUntilMs, PATIENCE).toBeDefined();
    await end(one);
    expect(await heartbeatActivity(outside, token, { asked: 'Eve' })).toBe('taken');
    expect((await view(address))?.activities).toMatchObject([{ lastHeartbeat: { asked: 'Eve' } }]);
    expect(await completeActivity(outside, token, { by: 'Eve' })).toBe('taken');
    expect(await ended(address)).toEqual({ by: 'Eve' });
    await expect(completeActivity(outside, token)).rejects.toMatchObject({ code: 'ACTIVITY_TOKEN_STALE' });
  });

  it('is given up when its time is over, and the next attempt has a token of its own', async () => {
    const one = await worker();
    const outside = completionPorts({ bus, topology });
    const address = await start('hasty');
    const first = await tokenOf(address);
    const second = await tokenOf(address, 2);
    const stale = { code: 'ACTIVITY_TOKEN_STALE' };
    await expect(completeActivity(outside, first)).rejects.toMatchObject(stale);
    const denied = { code: 'DENIED', message: 'No.', kind: 'terminal' } as const;
    expect(await failActivity(outside, second, denied)).toBe('taken');
    expect(await ended(address)).toEqual(denied);
    await end(one);
  });

  it('comes from the command line, which says when nobody waits for it', async () => {
    const one = await worker();
    const [approved, refused] = await Promise.all([start('asking'), start('asking')]);
    const env = { NATS_URL: server.url };
    const token = await tokenOf(approved);
    const complete = ['activity', 'complete', token, '--result', '{"ok":true}'];
    expect(await windlass(complete, { env })).toMatchObject({ exitCode: 0, stdout: 'taken\n' });
    expect(await ended(approved)).toEqual({ ok: true });
    const again = await windlass(complete, { env });
    expect(again).toMatchObject({ exitCode: 6, stdout: '' });
    expect(again.stderr).toContain('ACTIVITY_TOKEN_STALE');
    const fail = ['activity', 'fail', await tokenOf(refused), '--code', 'DENIED', '--message', 'No.'];
    expect(await windlass(fail, { env })).toMatchObject({ exitCode: 0 });
    expect(await ended(refused)).toMatchObject({ code: 'DENIED', kind: 'terminal' });
    expect(await windlass(['activity', 'complete', 'nonsense'], { env })).toMatchObject({ exitCode: 2 });
    await end(one);
  });
});

describe('what replicas share', () => {
  it('is never more attempts at once than the queue allows', async () => {
    const workers = await Promise.all([worker(), worker()]);
    const addresses = await Promise.all(Array.from({ length: 30 }, (_, n) => start('limited', { n })));
    for (const address of addresses) await ended(address);
    // What ended in the same millisecond as something else began may have ended before.
    const times = [...lines('limited out'), ...lines('limited in')].toSorted((a, b) => a.atMs - b.atMs);
    let running = 0;
    let most = 0;
    for (const { what } of times) {
      running += what === 'limited in' ? 1 : -1;
      most = Math.max(most, running);
    }
    expect(most).toBeLessThanOrEqual(CONCURRENCY);
    expect(new Set(times.map(({ pid }) => pid)).size).toBe(2);
    await end(...workers);
  });

  it('is a rate that all of them together keep, without an attempt being used up', async () => {
    const workers = await Promise.all([worker(), worker(), worker()]);
    const addresses = await Promise.all(Array.from({ length: 40 }, (_, n) => start('rated', { n })));
    for (const address of addresses) await ended(address);
    const times = lines('rated in');
    expect(times).toHaveLength(40);
    const spanMs = Math.max(...times.map(({ atMs }) => atMs)) - Math.min(...times.map(({ atMs }) => atMs));
    // Turns are apart by a fixed time; only the first may be taken late by a busy machine.
    expect(spanMs).toBeGreaterThan((39 / RATE.perSecond) * 1_000 * 0.8);
    expect(new Set(times.map(({ pid }) => pid)).size).toBe(3);
    await end(...workers);
  });
});

it('passes a payload of several messages from one activity to another, by reference', async () => {
  const one = await worker();
  expect(await ended(await start('reporting'))).toMatchObject({
    rows: 100_000,
    reference: { blob: expect.stringMatching(/^sha256:/), sizeBytes: expect.any(Number) },
  });
  await end(one);
});
