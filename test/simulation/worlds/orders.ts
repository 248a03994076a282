/** A shop under faults: every order is charged once, shipped once, and counted once by the ledger. */
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { Failure } from '#contracts/failure.ts';
import { Topology } from '#contracts/topology.ts';
import { ActivityFailed } from '#runtime/activity.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { SimulatedBus, type Weakness } from '../engine/simulated-bus.ts';
import { SimulatedCluster } from '../engine/simulated-cluster.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { orderDefinitions } from '#test/support/order.machine.ts';
import { checkInvariants } from '../invariants/all-invariants.ts';
import { storedRecords } from '../invariants/evidence.ts';
import type { Finding, RunResult } from '../engine/run-result.ts';

const FAULTS_MS = 25_000;
const LIVENESS_MS = 120_000;
const SERVICE = 'shop';
const topology = Topology.parse({ services: [SERVICE], shards: 2, partitionsPerShard: 2 });
const ledger = addressOf({ service: SERVICE, type: 'ledger', root: 'ledger', id: 'ledger' });

const BUSY: Failure = { code: 'BUSY', message: 'try again', kind: 'busy' };
const LOST_ANSWER: Failure = { code: 'TIMEOUT', message: 'it may have happened', kind: 'unknown-outcome' };

/** Sales over the counter: the ledger hears of them in bursts, one behind the other. */
const COUNTER_SALES_MAX = 60;

export async function simulateOrders(seed: number, options: { weaken?: Weakness } = {}): Promise<RunResult> {
  const random = new SeededRandom(seed);
  const order = random.fork();
  const clock = new VirtualClock(undefined, () => order.next());
  const bus = new SimulatedBus({ clock, topology, random: random.fork(), ...options });
  const intensity = random.next();
  const cluster = new SimulatedCluster({
    bus,
    random: random.fork(),
    rates: {
      'crash-before': 0.02 * intensity,
      'crash-after': 0.02 * intensity,
      freeze: 0.01 * intensity,
      suspend: 0.01 * intensity,
      'lose-request': 0.01 * intensity,
      'lose-answer': 0.01 * intensity,
    },
  });
  const orders = random.between(3, 8);
  /** Keys of the charges that were really made: the same key charges nothing twice. */
  const charges = new Set<string>();
  const working = random.fork();
  cluster.run({
    name: SERVICE,
    nodes: 3,
    definitions: orderDefinitions,
    queues: ['default'],
    activities: (node) => ({
      charge: async (_input, { idempotencyKey }) => {
        await node.clock.sleep(working.between(0, 300));
        if (working.chance(0.2)) throw new ActivityFailed(BUSY);
        charges.add(idempotencyKey);
        await node.clock.sleep(working.between(0, 300));
        if (working.chance(0.1)) throw new ActivityFailed(LOST_ANSWER);
        return idempotencyKey;
      },
    }),
  });
  await clock.advance(random.between(0, 2_000));
  for (let order = 0; order < orders; order += 1) {
    const input = { ledger, packMs: random.between(0, FAULTS_MS) };
    bus.deliver({ v: 1, kind: 'start', id: `start-${order}`, to: orderAddress(order), input });
    await clock.advance(random.between(0, 1_500));
  }
  const sales = random.between(0, COUNTER_SALES_MAX);
  for (let sale = 0; sale < sales; sale += 1) {
    bus.deliver({
      v: 1,
      kind: 'event',
      id: `sale-${sale}`,
      to: ledger,
      event: { type: 'SHIPPED' },
      replyTo: `sale-${sale}`,
    });
    if (random.chance(0.4)) await clock.advance(random.between(0, 1_200));
  }
  await clock.advance(FAULTS_MS);
  cluster.endFaults();
  const found: Finding[] = [];
  await clock
    .advanceUntil(() => isOver(bus, { orders, shipped: orders + sales }), LIVENESS_MS)
    .catch(() => found.push({ kind: 'stuck', text: 'not over two minutes after the last fault' }));
  // What comes too often comes late.
  await clock.advance(5_000);
  found.push(...judgeOrders(bus, { orders, sales, charges }));
  const evidence = {
    happenings: bus.history.happenings,
    records: storedRecords(bus),
    cloud: { calls: [], lives: [] },
    definitions: orderDefinitions,
    secrets: [],
    endedAtMs: clock.nowMs(),
  };
  found.push(...checkInvariants(evidence));
  const { crashes, freezes, losses, replacements } = cluster;
  const traceHash = bus.history.traceHash();
  return {
    seed,
    deployments: orders,
    findings: found,
    traceHash,
    crashes,
    freezes,
    losses,
    replacements,
    evidence,
  };
}

function judgeOrders(
  bus: SimulatedBus,
  { orders, sales, charges }: { orders: number; sales: number; charges: ReadonlySet<string> },
): Finding[] {
  const found: Finding[] = [];
  for (let order = 0; order < orders; order += 1) {
    const status = recordOf(bus, orderAddress(order))?.status ?? 'unknown';
    if (status !== 'done') found.push({ kind: 'lost', text: `order ${order} is ${status}` });
  }
  const compare = (count: number, wanted: number, what: string): void => {
    if (count !== wanted)
      found.push({ kind: count > wanted ? 'doubled' : 'lost', text: `${count} of ${wanted} ${what}` });
  };
  compare(charges.size, orders, 'charged');
  compare(Number(recordOf(bus, ledger)?.state.context['shipped'] ?? 0), orders + sales, 'counted');
  for (const { reason } of bus.dead) found.push({ kind: 'lost', text: `parked: ${reason}` });
  return found;
}

function isOver(bus: SimulatedBus, { orders, shipped }: { orders: number; shipped: number }): boolean {
  if (recordOf(bus, ledger)?.state.context['shipped'] !== shipped) return false;
  return Array.from({ length: orders }, (_, order) => recordOf(bus, orderAddress(order))?.status).every(
    (status) => status === 'done',
  );
}

function orderAddress(order: number): Address {
  return addressOf({ service: SERVICE, type: 'order', root: `o${order}`, id: `o${order}` });
}

function recordOf(bus: SimulatedBus, address: Address): ActorRecord | undefined {
  const stored = bus.service(SERVICE).records.get(address);
  return stored && ActorRecord.parse(JSON.parse(stored.record));
}
