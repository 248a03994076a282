/** Red/black deployments by the real Orca and Clouddriver under faults, through the real SDK to the AWS double's logic. */
import { addressOf, type Address } from '#contracts/address.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { ExecutionView } from '#contracts/execution.ts';
import type { Json } from '#contracts/json.ts';
import { DeployRequest } from '#contracts/pipeline.ts';
import { Topology } from '#contracts/topology.ts';
import { activityQueueOf } from '#machines/clouddriver/activity-queue.ts';
import { planExecution } from '#machines/orca/plan-execution.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { accountDirectoryOf } from '#services/clouddriver/accounts.ts';
import { clouddriverDefinitions } from '#services/clouddriver/definitions.ts';
import { createOrcaCatalog } from '#services/orca/catalog.ts';
import { chaosSeed, clusterOf, deployRequest } from '#test/chaos/scenario.ts';
import type { Finding, RunResult } from '../engine/run-result.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { SimulatedBus, type Weakness } from '../engine/simulated-bus.ts';
import { SimulatedCluster } from '../engine/simulated-cluster.ts';
import { checkInvariants } from '../invariants/all-invariants.ts';
import { storedRecords, type Evidence } from '../invariants/evidence.ts';
import { judgeDeployment } from './judge-deployment.ts';
import { SIMULATED_ACCOUNT, SimulatedAws } from './simulated-aws.ts';

const FAULTS_MS = 40_000;
const LIVENESS_MS = 900_000;
const LATE_MS = 10_000;
const DEPLOYMENTS_MAX = 5;
/** Chance that AWS refuses for good to create the server group of a deployment. */
const DOOMED = 0.1;
const REGION = 'us-east-1';

/** Long after the images and groups of the cloud were made: everyone can see them. */
const START_MS = Date.UTC(2026, 5, 1);

const orca = createOrcaCatalog({ webhookHosts: [] });
const clouddriver = clouddriverDefinitions(accountDirectoryOf([SIMULATED_ACCOUNT]));

type World = {
  random: SeededRandom;
  clock: VirtualClock;
  bus: SimulatedBus;
  cluster: SimulatedCluster;
  cloud: SimulatedAws;
  /** By number of the deployment: whether it cannot succeed. */
  doomed: readonly boolean[];
};

/** One run: a few deployments under faults until they are over, then judged. */
export async function simulateDeployments(
  seed: number,
  options: { weaken?: Weakness } = {},
): Promise<RunResult> {
  const world = openWorld(seed, options);
  const { random, clock, bus, cluster, cloud, doomed } = world;
  startServices(world);
  await clock.advance(random.between(0, 1_000));
  for (const deployment of doomed.keys()) {
    const to = executionAddress(deployment);
    bus.deliver({ v: 1, kind: 'start', id: `s-${deployment}`, to, input: inputOf(deployment) });
    await clock.advance(random.between(0, 3_000));
  }
  const isOver = (): boolean =>
    [...doomed.keys()].every((deployment) => statusOf(bus, deployment) !== 'RUNNING');
  await clock.advanceUntil(isOver, FAULTS_MS).catch(() => undefined);
  cluster.endFaults();
  cloud.endWeather();
  const found: Finding[] = [];
  await clock
    .advanceUntil(isOver, LIVENESS_MS)
    .catch(() => found.push({ kind: 'stuck', text: 'not over after the last fault' }));
  // What comes too often comes late.
  await clock.advance(LATE_MS);
  const evidence = evidenceOf(world);
  for (const [deployment, isDoomed] of doomed.entries()) {
    const status = statusOf(bus, deployment);
    found.push(...judgeDeployment({ deployment, status, isDoomed, lives: evidence.cloud.lives }));
  }
  for (const { reason } of bus.dead) found.push({ kind: 'lost', text: `parked: ${reason}` });
  for (const text of cloud.complaints) found.push({ kind: 'violation', text });
  found.push(...checkInvariants(evidence));
  const { crashes, freezes, losses, replacements } = cluster;
  const traceHash = bus.history.traceHash();
  const deployments = doomed.length;
  return { seed, deployments, findings: found, traceHash, crashes, freezes, losses, replacements, evidence };
}

function openWorld(seed: number, options: { weaken?: Weakness }): World {
  const random = new SeededRandom(seed);
  const order = random.fork();
  const clock = new VirtualClock(START_MS, () => order.next());
  const topology = Topology.parse({ shards: random.between(1, 2), partitionsPerShard: 4 });
  const bus = new SimulatedBus({ clock, topology, random: random.fork(), ...options });
  const intensity = random.next();
  const cluster = new SimulatedCluster({
    bus,
    random: random.fork(),
    rates: {
      'crash-before': 0.006 * intensity,
      'crash-after': 0.006 * intensity,
      freeze: 0.003 * intensity,
      suspend: 0.003 * intensity,
      'lose-request': 0.006 * intensity,
      'lose-answer': 0.006 * intensity,
    },
  });
  const doomed = Array.from({ length: random.between(1, DEPLOYMENTS_MAX) }, () => random.chance(DOOMED));
  const cloud = new SimulatedAws({
    clock,
    random: random.fork(),
    seed: chaosSeed(doomed.length),
    refused: (body) =>
      body.includes('Action=CreateAutoScalingGroup&') &&
      doomed.some((isDoomed, deployment) => isDoomed && body.includes(`=${clusterOf(deployment)}-v`)),
  });
  cloud.setWeather(random.next());
  return { random, clock, bus, cluster, cloud, doomed };
}

function startServices({ cluster, cloud }: World): void {
  cluster.run({ name: 'orca', nodes: 2, definitions: orca.definitions, queues: [], activities: () => ({}) });
  cluster.run({
    name: 'clouddriver',
    nodes: 2,
    definitions: clouddriver,
    queues: [activityQueueOf(SIMULATED_ACCOUNT.name, REGION)],
    activities: (node) => cloud.activities(node),
  });
}

function evidenceOf({ bus, cloud, clock }: World): Evidence {
  return {
    happenings: bus.history.happenings,
    records: storedRecords(bus),
    cloud: { calls: cloud.calls, lives: cloud.lives },
    definitions: [...orca.definitions, ...clouddriver],
    secrets: [...cloud.secrets],
    endedAtMs: clock.nowMs(),
  };
}

/** Asked after every turn of the simulation: each view is read once. */
const statuses = new WeakMap<ActorView, string>();

function statusOf(bus: SimulatedBus, deployment: number): string {
  const view = bus.service('orca').records.get(executionAddress(deployment))?.view;
  if (!view) return 'RUNNING';
  const status = statuses.get(view) ?? ExecutionView.parse(view.detail).status;
  statuses.set(view, status);
  return status;
}

function executionAddress(deployment: number): Address {
  const id = `x${deployment}`;
  return addressOf({ service: 'orca', type: 'execution', root: id, id });
}

function inputOf(deployment: number): Json {
  const wanted = DeployRequest.parse(deployRequest(deployment));
  const requestId = wanted.requestId ?? `r${deployment}`;
  return planExecution(wanted, { executionId: `x${deployment}`, requestId }) as unknown as Json;
}
