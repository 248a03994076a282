/** A shop under faults: every order is charged once, shipped once, and counted once by the ledger. */
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import { Topology } from '#contracts/topology.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { SimulationBus, type Weakness } from './simulation-bus.ts';
import { SimulatedCluster } from './simulation-cluster.ts';
import { SeededRandom } from './simulation-random.ts';
import { orderDefinitions } from './order.machine.ts';
import type { SimulationVerdict } from './simulation-verdict.ts';

const FAULTS_MS = 25_000;
const LIVENESS_MS = 120_000;
const SERVICE = 'shop';
const topology = Topology.parse({ services: [SERVICE], partitionsPerShard: 4 });
const ledger = addressOf({ service: SERVICE, type: 'ledger', root: 'ledger', id: 'ledger' });

export async function simulateOrders(seed: number, options: { weaken?: Weakness } = {}): Promise<SimulationVerdict> {
  const random = new SeededRandom(seed);
  const clock = new VirtualClock();
  const bus = new SimulationBus({ clock, topology, random: random.fork(), ...options });
  const intensity = random.next();
  const cluster = new SimulatedCluster({
    bus,
    random: random.fork(),
    rates: { crashBefore: 0.02 * intensity, crashAfter: 0.02 * intensity, freeze: 0.015 * intensity },
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
        charges.add(idempotencyKey);
        await node.clock.sleep(working.between(0, 300));
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
  await clock.advance(FAULTS_MS);
  cluster.endFaults();
  const found: string[] = [...bus.violations];
  await clock
    .advanceUntil(() => isOver(bus, orders), LIVENESS_MS)
    .catch(() => found.push('stuck: not over two minutes after the last fault'));
  // What comes too often comes late.
  await clock.advance(5_000);
  found.push(...judgeOrders(bus, { orders, charges }), ...bus.violations);
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
  { orders, charges }: { orders: number; charges: ReadonlySet<string> },
): string[] {
  const found: string[] = [];
  for (let order = 0; order < orders; order += 1) {
    const record = recordOf(bus, orderAddress(order));
    if (!record) found.push(`lost: order ${order} does not exist`);
    else if (record.status !== 'done') found.push(`lost: order ${order} is ${record.status}`);
  }
  const charged = charges.size;
  if (charged !== orders) found.push(`${charged > orders ? 'doubled' : 'lost'}: ${charged} of ${orders} charged`);
  const shipped = recordOf(bus, ledger)?.state.context['shipped'];
  if (shipped !== orders) found.push(`${Number(shipped) > orders ? 'doubled' : 'lost'}: ${String(shipped)} of ${orders} shipped`);
  for (const { reason } of bus.dead) found.push(`parked: ${reason}`);
  return found;
}

function isOver(bus: SimulationBus, orders: number): boolean {
  if (recordOf(bus, ledger)?.state.context['shipped'] !== orders) return false;
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
