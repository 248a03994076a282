import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { readOrdered } from '#bus/ordered-reader.ts';
import { RelaySweep } from '#bus/relay-sweep.ts';
import { declareStreams } from '#bus/streams.ts';
import type { Address } from '#contracts/address.ts';
import { STREAM, ingressSubjects } from '#contracts/subjects.ts';
import { Topology, partitionCount, placeOf } from '#contracts/topology.ts';
import { jetStreamNodePorts } from '#runtime/jetstream/jetstream-node-ports.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { aCommit, rootAddress } from '#test/support/records.ts';

const ROUNDS = 6;
const COMMITS_PER_ROUND = 25;
const SENDS_PER_COMMIT = 4;

describe('what a commit sends to another service', () => {
  const topology = Topology.parse({ partitionsPerShard: 4 });
  let server: TestNatsServer;
  let bus: Bus;
  beforeAll(async () => {
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'relay-test' });
    await declareStreams(bus, topology);
  });
  afterAll(async () => {
    await bus.close();
    await server.dispose();
  });

  async function arrived(): Promise<string[]> {
    const ids: string[] = [];
    const reader = await readOrdered(
      bus,
      { stream: STREAM.ingress('clouddriver'), subjects: [ingressSubjects('clouddriver').all], from: 0 },
      (message) => ids.push((JSON.parse(message.data) as { id: string }).id),
    );
    await expect.poll(() => ids.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(expected.length);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await reader.close();
    return ids;
  }

  const expected: string[] = [];

  it('arrives exactly once when the server is killed between the commit and the relay', async () => {
    const ports = jetStreamNodePorts({ bus, topology, service: 'orca', node: 'orca-a' });
    const receiver = rootAddress('clouddriver', 'receiver');
    const epochs = await Promise.all(
      Array.from({ length: partitionCount(topology) }, (_, partition) =>
        ports.ownership.claim({ partition, node: 'orca-a', seenEpoch: 0 }),
      ),
    );
    const epochOf = (address: Address): number => epochs[placeOf(address, topology).partition] ?? 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const commits = Array.from({ length: COMMITS_PER_ROUND }, async (_, index) => {
        const address = rootAddress('orca', `sender-${round}-${index}`);
        const effects = Array.from({ length: SENDS_PER_COMMIT }, () => ({
          kind: 'send' as const,
          to: receiver,
          event: { type: 'PING' },
        }));
        await ports.store.commit(aCommit({ address, epoch: epochOf(address), topology, effects }));
        effects.forEach((_effect, effect) => expected.push(`${address}@1.${effect}`));
      });
      // The server dies as soon as the first commits are acknowledged, with others under way.
      await Promise.race(commits);
      await server.kill('SIGKILL');
      await server.restart();
      await Promise.all(commits);
    }
    const ids = await arrived();
    expect(ids.toSorted()).toEqual(expected.toSorted());
  });

  it('is forgotten by the sender once the receiver has it, and not earlier', async () => {
    const relays = new RelaySweep({ bus, service: 'orca', topology });
    await expect
      .poll(
        async () => {
          await relays.sweep();
          const answer = await bus.request(
            `$JS.API.STREAM.INFO.${STREAM.core('orca', 0)}`,
            JSON.stringify({ subjects_filter: 'ob.>' }),
          );
          return answer.json<{ state: { subjects?: Record<string, number> } }>().state.subjects ?? {};
        },
        { timeout: 20_000 },
      )
      .toEqual({});
    expect((await arrived()).toSorted()).toEqual(expected.toSorted());
  });
});
