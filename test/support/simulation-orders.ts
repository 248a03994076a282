/** A shop under faults: every order is charged once, shipped once, and counted once by the ledger. */
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { Failure } from '#contracts/failure.ts';
import { Topology } from '#contracts/topology.ts';
import { ActivityFailed } from '#runtime/activity.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { SimulationBus, type Weakness } from './simulation-bus.ts';
import { SimulatedCluster } from './simulation-cluster.ts';
import { SeededRandom } from './simulation-random.ts';
import { orderDefinitions } from './order.machine.ts';
import type { SimulationVerdict } from './simulation-verdict.ts';

const FAULTS_MS = 25_000;
const LIVENESS_MS = 120_000;
const SERVICE = 'shop';
const topology = Topology.parse({ services: [SERVICE], shards: 2, partitionsPerShard: 2 });
const ledger = addressOf({ service: SERVICE, type: 'ledger', root: 'ledger', id: 'ledger' });

const BUSY: Failure = { code: 'BUSY', message: 'try again', kind: 'busy' };
const LOST_ANSWER: Failure = { code: 'TIMEOUT', message: 'it may have happened', kind: 'unknown-outcome' };

/** Sales over the counter: the ledger hears of them in bursts, one behind the other. */
const COUNTER_SALES_MAX = 60;

export async function simulateOrders(
  seed: number,
  options: { weaken?: Weakness } = {},
): Promise<SimulationVerdict> {
  const random = new SeededRandom(seed);
  const clock = new VirtualClock();
  const bus = new SimulationBus({ clock, topology, random: random.fork(), ...options });
  const intensity = random.next();
  const cluster = new SimulatedCluster({
    bus,
    random: random.fork(),
    rates: {
      crashBefore: 0.02 * intensity,
      crashAfter: 0.02 * intensity,
      freeze: 0.01 * intensity,
      suspend: 0.01 * intensity,
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
    bus.deliver({ v: 1, kind: 'event', id: `sale-${sale}`, to: ledger, event: { type: 'SHIPPED' } });
    if (random.chance(0.4)) await clock.advance(random.between(0, 1_200));
  }
  await clock.advance(FAULTS_MS);
  cluster.endFaults();
  const found: string[] = [...bus.violations];
  await clock
    .advanceUntil(() => isOver(bus, { orders, shipped: orders + sales }), LIVENESS_MS)
    .catch(() => found.push('stuck: not over two minutes after the last fault'));
  // What comes too often comes late.
  await clock.advance(5_000);
  found.push(...judgeOrders(bus, { orders, sales, charges }), ...bus.violations);
  return {
    findings: [...new Set(found)],
    traceHash: bus.traceHash(),
    crashes: cluster.crashes,
    freezes: cluster.freezes,
    replacements: cluster.replacements,
  };
}

function judgeOrders(
  bus: SimulationBus,
  { orders, sales, charges }: { orders: number; sales: number; charges: ReadonlySet<string> },
): string[] {
  const found: string[] = [];
  for (let order = 0; order < orders; order += 1) {
    const record = recordOf(bus, orderAddress(order));
    if (!record) found.push(`lost: order ${order} does not exist`);
    else if (record.status !== 'done') found.push(`lost: order ${order} is ${record.status}`);
  }
  const charged = charges.size;
  if (charged !== orders)
    found.push(`${charged > orders ? 'doubled' : 'lost'}: ${charged} of ${orders} charged`);
  const shipped = recordOf(bus, ledger)?.state.context['shipped'];
  const all = orders + sales;
  if (shipped !== all)
    found.push(`${Number(shipped) > all ? 'doubled' : 'lost'}: ${JSON.stringify(shipped)} of ${all} counted`);
  for (const { reason } of bus.dead) found.push(`parked: ${reason}`);
  return found;
}

function isOver(bus: SimulationBus, { orders, shipped }: { orders: number; shipped: number }): boolean {
  if (recordOf(bus, ledger)?.state.context['shipped'] !== shipped) return false;
  return Array.from({ length: orders }, (_, order) => recordOf(bus, orderAddress(order))?.status).every(
    (status) => status === 'done',
  );
}

function orderAddress(order: number): Address {
  return addressOf({ service: SERVICE, type: 'order', root: `o${order}`, id: `o${order}` });
}

function recordOf(bus: SimulationBus, address: Address): ActorRecord | undefined {
  const stored = bus.service(SERVICE).records.get(address);
  return stored && ActorRecord.parse(JSON.parse(stored.record));
}
