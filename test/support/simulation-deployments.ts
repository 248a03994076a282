/** Red/black deployments by the real Orca and Clouddriver under faults, over a simulated cloud. */
import { addressOf, type Address } from '#contracts/address.ts';
import { ExecutionView } from '#contracts/execution.ts';
import type { Json } from '#contracts/json.ts';
import { DeployRequest } from '#contracts/pipeline.ts';
import { Topology } from '#contracts/topology.ts';
import { activityQueueOf } from '#machines/clouddriver/activity-queue.ts';
import { planExecution } from '#machines/orca/plan-execution.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { accountDirectoryOf, DEMO_ACCOUNTS } from '#services/clouddriver/accounts.ts';
import { clouddriverDefinitions } from '#services/clouddriver/definitions.ts';
import { createOrcaCatalog } from '#services/orca/catalog.ts';
import { clusterOf, deployRequest, newGroupOf, oldGroupOf } from '#test/chaos/scenario.ts';
import { SimulationBus, type Weakness } from './simulation-bus.ts';
import { SimulatedCloud } from './simulation-cloud.ts';
import { SimulatedCluster } from './simulation-cluster.ts';
import { SeededRandom } from './simulation-random.ts';
import type { SimulationVerdict } from './simulation-verdict.ts';

const FAULTS_MS = 30_000;
const LIVENESS_MS = 900_000;
const topology = Topology.parse({ partitionsPerShard: 4 });
const place = { account: 'test', region: 'us-east-1' };
const orca = createOrcaCatalog({ webhookHosts: [] });
const clouddriver = clouddriverDefinitions(accountDirectoryOf(DEMO_ACCOUNTS));

export async function simulateDeployments(
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
      crashBefore: 0.006 * intensity,
      crashAfter: 0.006 * intensity,
      freeze: 0.004 * intensity,
      suspend: 0.004 * intensity,
    },
  });
  const cloud = new SimulatedCloud(clock);
  let isBad = true;
  const weather = random.fork();
  cluster.run({ name: 'orca', nodes: 2, definitions: orca.definitions, queues: [], activities: () => ({}) });
  cluster.run({
    name: 'clouddriver',
    nodes: 2,
    definitions: clouddriver,
    queues: [activityQueueOf(place.account, place.region)],
    activities: (node) => cloud.activities({ clock: node.clock, random: weather, isBad: () => isBad }),
  });
  await clock.advance(random.between(0, 1_000));
  const deployments = random.between(1, 3);
  for (let deployment = 0; deployment < deployments; deployment += 1) {
    cloud.add({ ...place, name: oldGroupOf(deployment), cluster: clusterOf(deployment) });
    bus.deliver({
      v: 1,
      kind: 'start',
      id: `s-${deployment}`,
      to: addressAt(deployment),
      input: inputOf(deployment),
    });
    await clock.advance(random.between(0, 3_000));
  }
  await clock.advance(FAULTS_MS);
  cluster.endFaults();
  isBad = false;
  const found: string[] = [];
  const all = Array.from({ length: deployments }, (_, deployment) => deployment);
  await clock
    .advanceUntil(() => all.every((deployment) => statusOf(bus, deployment) !== 'RUNNING'), LIVENESS_MS)
    .catch(() => found.push('stuck: not over after the last fault'));
  await clock.advance(10_000);
  found.push(...all.flatMap((deployment) => judgeDeployment({ bus, cloud, deployment })), ...bus.violations);
  for (const { reason } of bus.dead) found.push(`parked: ${reason}`);
  return {
    findings: [...new Set(found)],
    traceHash: bus.traceHash(),
    crashes: cluster.crashes,
    freezes: cluster.freezes,
    replacements: cluster.replacements,
  };
}

function judgeDeployment(args: { bus: SimulationBus; cloud: SimulatedCloud; deployment: number }): string[] {
  const { bus, cloud, deployment } = args;
  const found: string[] = [];
  const status = statusOf(bus, deployment);
  if (status !== 'SUCCEEDED') found.push(`failed: deployment ${deployment} is ${status ?? 'lost'}`);
  for (const kind of ['autoScalingGroup', 'launchTemplate']) {
    const made = cloud.ledger.filter((line) => line.startsWith(`${kind} ${clusterOf(deployment)}-v`));
    if (made.length !== 1) found.push(`${made.length > 1 ? 'doubled' : 'lost'}: ${made.length} of ${kind}`);
  }
  if (cloud.groups.get(newGroupOf(deployment))?.disabled !== false)
    found.push('lost: the new group takes no traffic');
  const old = cloud.groups.get(oldGroupOf(deployment));
  if (!old?.disabled || old.instances.some(({ health }) => health === 'up')) {
    found.push('orphaned: the old group takes traffic');
  }
  return found;
}

function statusOf(bus: SimulationBus, deployment: number): string | undefined {
  const view = bus.service('orca').records.get(addressAt(deployment))?.view;
  return view ? ExecutionView.parse(view.detail).status : 'RUNNING';
}

function addressAt(deployment: number): Address {
  const id = `x${deployment}`;
  return addressOf({ service: 'orca', type: 'execution', root: id, id });
}

function inputOf(deployment: number): Json {
  const wanted = DeployRequest.parse(deployRequest(deployment));
  const requestId = wanted.requestId ?? `r${deployment}`;
  return planExecution(wanted, { executionId: `x${deployment}`, requestId }) as unknown as Json;
}
