/** Three nats-servers as processes: what a client believes of one that is behind or has lost its peers, and when it leaves it. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { publish } from '#bus/publish.ts';
import { JetStreamCode } from '#bus/bus-error.ts';
import { readLast } from '#bus/stored-message.ts';
import { StreamPositions } from '#bus/stream-positions.ts';
import { declareStreams } from '#bus/streams.ts';
import { untilAnswered } from '#bus/until-answered.ts';
import { Address } from '#contracts/address.ts';
import { STREAM, coreSubjects } from '#contracts/subjects.ts';
import { Topology } from '#contracts/topology.ts';
import { JetStreamOwnership } from '#runtime/jetstream/jetstream-ownership.ts';
import { JetStreamRecordStore } from '#runtime/jetstream/jetstream-record-store.ts';
import { aCommit, rootAddress } from '#test/support/records.ts';
import { startProcessCluster } from '#test/chaos/servers/process-cluster.ts';
import type { ServersUnderTest } from '#test/chaos/servers/servers-under-test.ts';
import { leaderOf } from '#test/chaos/servers/stream-leaders.ts';

/** A server that lost its peers answers requests to JetStream again, after ten seconds, and says that nobody leads. */
const GIVEN_UP_MS = 12_000;
const topology = Topology.parse({ replicas: 3 });
const SETUP_MS = 120_000;
const TEST_MS = 120_000;

describe('a client of three servers with copies', () => {
  let servers: ServersUnderTest;
  let bus: Bus;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), 'windlass-quorum-'));
    servers = await startProcessCluster(dataDir);
    bus = await connectBus({ servers: servers.addresses, name: 'quorum-test' });
    await declareStreams(bus, topology);
    const manager = await untilAnswered(bus, () => jetstreamManager(bus, { timeout: 5_000 }));
    await untilAnswered(bus, () =>
      manager.streams.add({ name: 'KEPT', subjects: ['kept'], num_replicas: 3 }),
    );
  }, SETUP_MS);
  afterAll(async () => {
    await bus.close();
    await servers.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it(
    'is told that what it reads may be old, wherever there are copies',
    async () => {
      const binding = { bus, topology, service: 'orca', node: 'test' };
      const actor = rootAddress('orca', 'copied');
      const copied = new JetStreamRecordStore({ ...binding, positions: new StreamPositions() });
      const revision = await copied.commit(aCommit({ address: actor, epoch: 0, topology }));
      expect(await copied.load(actor)).toMatchObject({ revision, mayBeOld: true });
      expect(await new JetStreamRecordStore(binding).load(actor)).not.toHaveProperty('mayBeOld');
    },
    TEST_MS,
  );

  it(
    'is not told that it owns what another one has claimed, nor hindered by what it asked before',
    async () => {
      const binding = { bus, topology, service: 'orca', node: 'test', positions: new StreamPositions() };
      const ownership = new JetStreamOwnership(binding);
      const claim = async (seenEpoch: number) =>
        (await ownership.claim({ partition: 5, node: 'test', seenEpoch })) ?? 0;
      const first = await claim(0);
      expect(await ownership.isOwned({ partition: 5, epoch: first })).toBe(true);
      const second = await claim(first);
      const asked = [first, second, first, second].map((epoch) => ownership.isOwned({ partition: 5, epoch }));
      expect(await Promise.all(asked)).toEqual([false, true, false, true]);
    },
    TEST_MS,
  );

  it(
    'reads a record of its copy when the cluster has no leader',
    async () => {
      const binding = { bus, topology, service: 'orca', node: 'test', positions: new StreamPositions() };
      const store = new JetStreamRecordStore(binding);
      const actor = rootAddress('orca', 'read-from-a-copy');
      const revision = await store.commit(aCommit({ address: actor, epoch: 0, topology }));
      await servers.untilHealthy();

      // given a client of the only server that goes on
      const [address = ''] = servers.addresses;
      const alone = await connectBus({ servers: [address], name: 'alone' });
      const others = servers.names.slice(1);
      await Promise.all(others.map((name) => servers.break(name, 'pause')));

      // when that one knows that nobody leads
      const place = { stream: STREAM.core('orca', 0), subject: coreSubjects('orca', 0).record(actor) };
      await expect
        .poll(() => readLast(alone, place).catch(({ code }: { code?: number }) => code), { timeout: 30_000 })
        .toBe(JetStreamCode.clusterNotAvailable);

      // then records are read all the same
      const found = await new JetStreamRecordStore({ ...binding, bus: alone }).load(actor);
      expect(found).toMatchObject({ revision, mayBeOld: true, record: { address: actor } });
      await alone.close();
      await Promise.all(others.map((name) => servers.mend(name, 'pause')));
      await servers.untilHealthy();
    },
    TEST_MS,
  );

  it(
    'leaves it, although it answers pings, and writes through another one',
    async () => {
      // given a client of one of three servers
      const index = servers.addresses.findIndex((address) => address.endsWith(portOf(bus)));
      const name = servers.names[index] ?? '';

      // when that server's peers no longer hear it
      await servers.break(name, 'cut');
      await bus.flush(); // it still answers its clients

      // then the client goes to another one, and its writes are stored
      while (servers.addresses[index]?.endsWith(portOf(bus))) await sleep(50);
      await stored(bus);
      await servers.mend(name, 'cut');
      expect(portOf(bus)).not.toBe(servers.addresses[index]?.split(':').at(-1));
    },
    TEST_MS,
  );

  it(
    'leaves it also when it came to it long after the cut, when it answers again',
    async () => {
      // given a server that has been cut off for a while
      // one that never led: it knows nothing of its peers, not even that they are silent
      const leader = await leaderOf(bus, STREAM.dead);
      const index = servers.names.findIndex((server) => server !== leader);
      const name = servers.names[index] ?? '';
      const address = servers.addresses[index] ?? '';
      await servers.break(name, 'cut');
      await sleep(GIVEN_UP_MS);

      // when a client comes to it
      const late = await connectedTo(address, servers.addresses);

      // then it goes to another one
      while (address.endsWith(portOf(late))) await sleep(50);
      await stored(late);
      expect(portOf(late)).not.toBe(address.split(':').at(-1));
      await late.close();
      await servers.mend(name, 'cut');
    },
    TEST_MS,
  );

  it(
    'does not believe it that an actor does not exist, when it has read or written what that server has not',
    async () => {
      // given a client that knows the server which leads the stream of the records, and no other one
      const leader = await leaderOf(bus, STREAM.core('orca', 0));
      const address = servers.addresses[servers.names.indexOf(leader)] ?? '';
      const behind = await connectBus({ servers: [address], name: 'behind' });
      const stream = STREAM.core('orca', 0);
      const subject = coreSubjects('orca', 0).record(Address.parse('orca:stage:late:late'));

      // when the actor is made on the other side of a cut
      await servers.break(leader, 'cut');
      const ahead = await connectBus({
        servers: servers.addresses.filter((other) => other !== address),
        name: 'ahead',
      });
      const revision = await storedAt(ahead, subject);

      // then whoever knows of that commit is not told that it is not there
      const positions = new StreamPositions();
      await positions.assertNothingThere(behind, { stream, subject });
      positions.note(stream, revision);
      await expect(positions.assertNothingThere(behind, { stream, subject })).rejects.toThrow('is behind');

      // and finds out by a server that has it, or that is as far and does not
      await expect(positions.assertNothingThere(ahead, { stream, subject })).rejects.toThrow('is behind');
      const never = coreSubjects('orca', 0).record(Address.parse('orca:stage:never:never'));
      await positions.assertNothingThere(ahead, { stream, subject: never });
      await Promise.all([behind.close(), ahead.close()]);
      await servers.mend(leader, 'cut');
    },
    TEST_MS,
  );
});

/** The library takes the addresses in any order. */
async function connectedTo(address: string, addresses: readonly string[]): Promise<Bus> {
  for (;;) {
    const late = await connectBus({ servers: addresses, name: 'late' });
    if (address.endsWith(portOf(late))) return late;
    await late.close();
  }
}

function portOf(bus: Bus): string {
  return bus.getServer().split(':').at(-1) ?? '';
}

async function stored(bus: Bus): Promise<void> {
  await storedAt(bus, 'kept');
}

async function storedAt(bus: Bus, subject: string): Promise<number> {
  for (;;) {
    const receipt = await publish(bus, { subject, data: 'x' }).catch(() => null);
    if (receipt) return receipt.sequence;
    await sleep(50);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
