/** Trips under faults: children, activities, timers and news, in more ways than deployments use them. */
import { addressOf, type Address } from '#contracts/address.ts';
import type { Failure } from '#contracts/failure.ts';
import { Topology } from '#contracts/topology.ts';
import { ActivityFailed, type ActivityCatalog } from '#runtime/activity.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import type { Clock } from '#runtime/ports.ts';
import type { Finding, RunResult } from '../engine/run-result.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { SimulatedBus, type Weakness } from '../engine/simulated-bus.ts';
import { SimulatedCluster } from '../engine/simulated-cluster.ts';
import { checkInvariants } from '../invariants/all-invariants.ts';
import { storedRecords, type Evidence } from '../invariants/evidence.ts';
import { judgeTrips } from './judge-trips.ts';
import { tripDefinitions, type Nap, type TripInput } from './trip.machine.ts';

const FAULTS_MS = 20_000;
const LIVENESS_MS = 180_000;
const LATE_MS = 8_000;
const SERVICE = 'travel';
const topology = Topology.parse({ services: [SERVICE], shards: 2, partitionsPerShard: 2 });
const tally = addressOf({ service: SERVICE, type: 'tally', root: 'tally', id: 'tally' });
const TIRED: Failure = { code: 'TIRED', message: 'try again', kind: 'transient' };

export async function simulateTrips(seed: number, options: { weaken?: Weakness } = {}): Promise<RunResult> {
  const random = new SeededRandom(seed);
  const order = random.fork();
  const clock = new VirtualClock(undefined, () => order.next());
  const bus = new SimulatedBus({ clock, topology, random: random.fork(), ...options });
  const share = 0.014 * random.next();
  const cluster = new SimulatedCluster({
    bus,
    random: random.fork(),
    rates: {
      'crash-before': share,
      'crash-after': share,
      freeze: share / 2,
      suspend: 1.5 * share,
      'lose-request': share / 2,
      'lose-answer': share / 2,
    },
  });
  const working = random.fork();
  cluster.run({
    name: SERVICE,
    nodes: 3,
    definitions: tripDefinitions,
    queues: ['default'],
    activities: (node) => activitiesOf(node.clock, working),
  });
  await clock.advance(random.between(0, 1_500));
  const trips = Array.from({ length: random.between(2, 5) }, () => inputOf(random));
  for (const [trip, input] of trips.entries()) {
    bus.deliver({ v: 1, kind: 'start', id: `start-${trip}`, to: tripAddress(trip), input });
    await clock.advance(random.between(0, 1_000));
  }
  const isOver = (): boolean =>
    [...trips.keys()].every((trip) => {
      const view = bus.service(SERVICE).records.get(tripAddress(trip))?.view;
      return view !== undefined && view.status !== 'active';
    });
  await clock.advanceUntil(isOver, FAULTS_MS).catch(() => undefined);
  cluster.endFaults();
  const found: Finding[] = [];
  await clock
    .advanceUntil(isOver, LIVENESS_MS)
    .catch(() => found.push({ kind: 'stuck', text: 'not over after the last fault' }));
  // What comes too often comes late.
  await clock.advance(LATE_MS);
  const evidence: Evidence = {
    happenings: bus.history.happenings,
    records: storedRecords(bus),
    definitions: tripDefinitions,
    cloud: { calls: [], lives: [] },
    secrets: [],
    endedAtMs: clock.nowMs(),
  };
  found.push(...judgeTrips({ trips, evidence, addressOf: tripAddress, tally }), ...checkInvariants(evidence));
  for (const { reason } of bus.dead) found.push({ kind: 'lost', text: `parked: ${reason}` });
  const { crashes, freezes, losses, replacements } = cluster;
  const traceHash = bus.history.traceHash();
  const deployments = trips.length;
  return { seed, deployments, findings: found, traceHash, crashes, freezes, losses, replacements, evidence };
}

function inputOf(random: SeededRandom): TripInput {
  const legMs = random.between(200, 1_500);
  return {
    tally,
    legMs,
    // Often so near that the leg lands while it is given up.
    patienceMs: random.chance(0.5) ? legMs + random.between(-100, 100) : random.between(500, 2_000),
    rounds: random.between(1, 2),
  };
}

function activitiesOf(clock: Clock, random: SeededRandom): ActivityCatalog {
  return {
    nap: async (nap: Nap) => {
      await clock.sleep(random.between(0, 700));
      if (random.chance(0.15)) throw new ActivityFailed(TIRED);
      return nap;
    },
    brittle: async () => {
      await clock.sleep(random.between(0, 200));
      throw new ActivityFailed(TIRED);
    },
    endless: async () => {
      await clock.sleep(3_600_000);
      return null;
    },
  };
}

function tripAddress(trip: number): Address {
  return addressOf({ service: SERVICE, type: 'trip', root: `t${trip}`, id: `t${trip}` });
}
