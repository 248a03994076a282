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
import { askersOf, startOrder } from './order-askers.ts';
import { controlOrder } from './order-controls.ts';
import type { Finding, RunResult } from '../engine/run-result.ts';

const FAULTS_MS = 25_000;
const LIVENESS_MS = 120_000;
const ASK_MS = 20_000;
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
  const near = random.chance(0.5);
  cluster.run({
    name: SERVICE,
    nodes: 3,
    definitions: orderDefinitions,
    queues: ['default'],
    near,
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
  const asking = random.fork();
  const starting = new SeededRandom(-seed);
  const mayStop: boolean[] = [];
  const found: Finding[] = [];
  for (let order = 0; order < orders; order += 1) {
    const input = { ledger, packMs: random.between(0, FAULTS_MS) };
    const to = orderAddress(order);
    const started = startOrder(bus, { v: 1, kind: 'start', id: `start-${order}`, to, input }, starting);
    mayStop.push(controlOrder(bus, { to, started }, asking).mayStop);
    void started.then((isRefused) => {
      if (isRefused) found.push({ kind: 'lost', text: `order ${order} is said to be another one's` });
    });
    await clock.advance(random.between(0, 1_500));
  }
  const sales = random.between(0, COUNTER_SALES_MAX);
  const askers = askersOf(bus, random.fork());
  for (let sale = 0; sale < sales; sale += 1) {
    const event = {
      v: 1,
      kind: 'event',
      id: `sale-${sale}`,
      to: ledger,
      event: { type: 'SHIPPED' },
    } as const;
    const asker = askers.next();
    if (asker === undefined) bus.deliver({ ...event, replyTo: `sale-${sale}` });
    else void asker.ask(event, ASK_MS);
    if (random.chance(0.4)) await clock.advance(random.between(0, 1_200));
  }
  await clock.advance(FAULTS_MS);
  cluster.endFaults();
  await clock
    .advanceUntil(() => isOver(bus, { orders, sales }), LIVENESS_MS)
    .catch(() => found.push({ kind: 'stuck', text: 'not over two minutes after the last fault' }));
  // What comes too often comes late.
  await clock.advance(5_000);
  found.push(...judgeOrders(bus, { mayStop, sales, charges }));
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
  { mayStop, sales, charges }: { mayStop: readonly boolean[]; sales: number; charges: ReadonlySet<string> },
): Finding[] {
  const found: Finding[] = [];
  const orders = mayStop.length;
  for (const [order, status] of statusesOf(bus, orders).entries()) {
    if (status !== 'done' && !(status === 'stopped' && mayStop[order]))
      found.push({ kind: 'lost', text: `order ${order} is ${status ?? 'unknown'}` });
  }
  const compare = (count: number, wanted: readonly [least: number, most: number], what: string): void => {
    const [least, most] = wanted;
    if (count > most) found.push({ kind: 'doubled', text: `${count} of ${most} ${what}` });
    if (count < least) found.push({ kind: 'lost', text: `${count} of ${least} ${what}` });
  };
  const done = countDone(bus, orders);
  // One that was ended may have been charged before.
  compare(charges.size, [done, orders], 'charged');
  const counted = Number(recordOf(bus, ledger)?.state.context['shipped'] ?? 0);
  compare(counted, [done + sales, done + sales], 'counted');
  for (const { reason } of bus.dead) found.push({ kind: 'lost', text: `parked: ${reason}` });
  return found;
}

function isOver(bus: SimulatedBus, { orders, sales }: { orders: number; sales: number }): boolean {
  if (!statusesOf(bus, orders).every((status) => status === 'done' || status === 'stopped')) return false;
  return recordOf(bus, ledger)?.state.context['shipped'] === sales + countDone(bus, orders);
}

function countDone(bus: SimulatedBus, orders: number): number {
  return statusesOf(bus, orders).filter((status) => status === 'done').length;
}

/** By number of the order. */
function statusesOf(bus: SimulatedBus, orders: number): (string | undefined)[] {
  const { records } = bus.service(SERVICE);
  return Array.from({ length: orders }, (_, order) => records.get(orderAddress(order))?.view.status);
}

function orderAddress(order: number): Address {
  return addressOf({ service: SERVICE, type: 'order', root: `o${order}`, id: `o${order}` });
}

function recordOf(bus: SimulatedBus, address: Address): ActorRecord | undefined {
  const stored = bus.service(SERVICE).records.get(address);
  return stored && ActorRecord.parse(JSON.parse(stored.record));
}
