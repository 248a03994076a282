import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { declareStreams } from '#bus/streams.ts';
import { surveyStreams } from '#bus/stream-survey.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { startParcelWorker, type Versions } from '#test/support/parcel-worker.ts';
import { probeTopology as topology, type ProbeProcess } from '#test/support/probe-process.ts';

const OLD_ACTORS = 16;
const NEW_ACTORS = 4;
const TEST_MS = 420_000;
/** A stalled actor looks again every 30 s at least; the rest is a busy machine. */
const RECOVERY_MS = 90_000;

type Detail = { version: number; last: number; faults: number; ticks: number; weighed: number };

describe('a rolling upgrade under load', () => {
  let server: TestNatsServer;
  let bus: Bus;
  let ingress: JetStreamIngress;
  let views: JetStreamViews;
  const workers = new Set<ProbeProcess>();
  const sent = new Map<Address, number>();
  let stop = false;
  let lanes: Promise<void>[] = [];

  beforeEach(async () => {
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'rolling-upgrade-test' });
    await declareStreams(bus, topology);
    ingress = new JetStreamIngress({ bus, topology });
    views = new JetStreamViews({ bus, topology });
    sent.clear();
    stop = false;
    lanes = [];
  });
  afterEach(async () => {
    stop = true;
    await Promise.all(lanes);
    await Promise.all([...workers].map((worker) => worker.kill('SIGKILL')));
    workers.clear();
    await bus.close();
    await server.dispose();
  });

  async function add(versions: Versions): Promise<ProbeProcess> {
    const worker = await startParcelWorker(server.url, versions);
    workers.add(worker);
    return worker;
  }

  async function remove(worker: ProbeProcess, signal: NodeJS.Signals): Promise<void> {
    workers.delete(worker);
    await worker.kill(signal);
  }

  const addresses = (prefix: string, count: number): Address[] =>
    Array.from({ length: count }, (_, index) => {
      const id = `${prefix}${index}`;
      return addressOf({ service: 'probe', type: 'parcel', root: id, id });
    });

  /** Sends numbered events to actors, in order per actor, until the end of the test. */
  function load(actors: readonly Address[]): void {
    for (const to of actors) lanes.push(sendTo(to));
  }

  async function sendTo(to: Address): Promise<void> {
    while (!stop) {
      const n = (sent.get(to) ?? 0) + 1;
      sent.set(to, n);
      await ingress.send({ v: 1, kind: 'event', id: `${to}-${n}`, to, event: { type: 'NOTE', n } });
      await pause(50);
    }
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const readAll = (): Promise<ActorView[]> => views.readType({ service: 'probe', type: 'parcel' });
  const detailOf = (view: ActorView): Detail => view.detail as Detail;

  /** Waits until every actor has taken an event that was not sent yet, or the last one when the load has ended. */
  async function allMove(): Promise<void> {
    const before = new Map([...sent].map(([to, n]) => [to, stop ? n : n + 1]));
    await expect
      .poll(
        async () => {
          const now = await readAll();
          return [...before].filter(([to, n]) => {
            const view = now.find(({ address }) => address === to);
            return !view?.detail || detailOf(view).last < n;
          });
        },
        { timeout: RECOVERY_MS, interval: 500 },
      )
      .toEqual([]);
  }

  /** Waits until time and work went on in every actor: what a killed process was working on is lent again after 5 s. */
  async function allTickAndWeigh(): Promise<void> {
    const before = new Map((await readAll()).map((view) => [view.address, detailOf(view)]));
    const standing = async (): Promise<Address[]> =>
      (await readAll()).flatMap((view) => {
        const [now, earlier] = [detailOf(view), before.get(view.address)];
        return now.ticks > (earlier?.ticks ?? 0) && now.weighed > (earlier?.weighed ?? 0)
          ? []
          : [view.address];
      });
    await expect.poll(standing, { timeout: RECOVERY_MS, interval: 500 }).toEqual([]);
  }

  /** Ends the load; everything sent was taken once and in order, time and work go on, nobody stands still. */
  async function expectNothingFailed(): Promise<ActorView[]> {
    stop = true;
    await Promise.all(lanes);
    await allMove();
    await allTickAndWeigh();
    const after = await readAll();
    for (const view of after) {
      const { last, faults } = detailOf(view);
      expect(view).toMatchObject({ status: 'active' });
      expect(view.stalled).toBeUndefined();
      expect({ last, faults }).toEqual({ last: sent.get(view.address), faults: 0 });
    }
    expect(after).toHaveLength(sent.size);
    const dead = (await surveyStreams(bus)).find(({ name }) => name === 'DEAD');
    expect(dead?.messages).toBe(0);
    return after;
  }

  const versionsOf = (all: readonly ActorView[]): Set<number | undefined> =>
    new Set(all.map(({ version }) => version));

  it(
    'keeps version 1 while a worker has it, moves everyone when none has, and survives the way back',
    async () => {
      const old = [await add('1'), await add('1')] as const;
      load(addresses('old', OLD_ACTORS));
      await allMove();
      // one by one: there is a worker of version 1 all the time
      const first = await add('2');
      await remove(old[0], 'SIGKILL');
      await allMove();
      expect(versionsOf(await readAll())).toEqual(new Set([1]));
      // the last of version 1 goes: everyone is moved
      const second = await add('2');
      await remove(old[1], 'SIGTERM');
      await allMove();
      expect(versionsOf(await readAll())).toEqual(new Set([2]));
      // the way back: version 1 alone cannot run them, so they wait
      const back = await add('1');
      await remove(first, 'SIGTERM');
      await allMove();
      await remove(second, 'SIGKILL');
      load(addresses('new', NEW_ACTORS));
      await expect
        .poll(async () => (await readAll()).filter(({ stalled }) => stalled !== undefined).length, {
          timeout: RECOVERY_MS,
          interval: 500,
        })
        .toBe(OLD_ACTORS);
      const stalled = (await readAll()).find((view) => view.stalled !== undefined);
      expect(stalled).toMatchObject({ version: 2, stalled: { code: 'DEFINITION_MISSING' } });
      await pause(1_000);
      // their worker is back: they go on by themselves; actors of version 1 were never disturbed
      await add('2');
      await allMove();
      await remove(back, 'SIGKILL');
      await expectNothingFailed();
    },
    TEST_MS,
  );

  it(
    'leaves everyone at the version it started with when both are registered, there and back',
    async () => {
      const old = [await add('1'), await add('1')] as const;
      load(addresses('old', OLD_ACTORS));
      await allMove();
      const both = await add('1+2');
      await remove(old[0], 'SIGTERM');
      await allMove();
      const another = await add('1+2');
      await remove(old[1], 'SIGKILL');
      load(addresses('new', NEW_ACTORS));
      await allMove();
      const upgraded = await readAll();
      expect(upgraded.filter(({ version }) => version === 1)).toHaveLength(OLD_ACTORS);
      expect(upgraded.filter(({ version }) => version === 2)).toHaveLength(NEW_ACTORS);
      // the way back, with actors of version 2 alive
      const back = await add('1');
      await remove(both, 'SIGKILL');
      await allMove();
      await remove(another, 'SIGTERM');
      await expect
        .poll(async () => (await readAll()).filter(({ stalled }) => stalled !== undefined).length, {
          timeout: RECOVERY_MS,
          interval: 500,
        })
        .toBe(NEW_ACTORS);
      await add('1+2');
      await remove(back, 'SIGTERM');
      const after = await expectNothingFailed();
      expect(after.filter(({ version }) => version === 1)).toHaveLength(OLD_ACTORS);
      expect(after.filter(({ version }) => version === 2)).toHaveLength(NEW_ACTORS);
    },
    TEST_MS,
  );
});
