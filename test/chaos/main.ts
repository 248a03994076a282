/**
 * `npm run chaos -- --deployments 50 --kills 50 [--nats single|processes|containers] [--aws-faults] [--json]`
 *
 * Runs red/black deployments through real processes while killing them: a random worker by kill -9 each time,
 * nats-server itself every tenth time (`--server-every`), and one worker frozen by SIGSTOP for 20 s half-way. With
 * three servers (`--nats processes`, or `containers` of a Docker engine) streams have three copies, and the leader of
 * one is killed, cut off from its peers and paused in turn. Then judges by the AWS double's ledger and the bus. Exit
 * code 0 only when nothing failed, was lost, doubled or orphaned.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { connectBus } from '#bus/connect.ts';
import { declareStreams } from '#bus/streams.ts';
import { Topology } from '#contracts/topology.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { Campaign } from './campaign.ts';
import { Fleet } from './fleet.ts';
import { judge } from './judge.ts';
import { Recovery } from './recovery.ts';
import type { ServersUnderTest } from './servers/servers-under-test.ts';

const { values: flags } = parseArgs({
  options: {
    deployments: { type: 'string', default: '50' },
    kills: { type: 'string', default: '50' },
    'server-every': { type: 'string', default: '10' },
    nats: { type: 'string', default: 'single' },
    replicas: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    'aws-faults': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const deployments = Number(flags.deployments);
const dataDir = await mkdtemp(path.join(os.tmpdir(), 'windlass-chaos-'));
const startedAt = performance.now();
const say = (text: string): void => {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stderr.write(`${seconds.padStart(6)} s  ${text}\n`);
};

const servers = await startServers(flags.nats);
const topology = Topology.parse({ replicas: servers.replicas });
const fleet = await Fleet.start({ dataDir, servers, replicas: Number(flags.replicas), deployments });
const bus = await connectBus({ servers: servers.addresses, name: 'chaos' });
await declareStreams(bus, topology);
const views = new JetStreamViews({ bus, topology });
let ok = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void fleet.abandon().finally(() => process.exit(130)));
}
try {
  const campaign = new Campaign({
    fleet,
    bus,
    views,
    recovery: await Recovery.follow(bus, topology),
    deployments,
    kills: Number(flags.kills),
    serverEvery: Number(flags['server-every']),
    seed: Number(flags.seed),
    awsFaults: flags['aws-faults'],
    say,
  });
  await campaign.run();
  const verdict = await judge({ doubleUrl: fleet.double.url, views, executions: campaign.executions });
  for (const finding of verdict.findings) say(finding);
  const { failed, lost, doubled, orphaned } = verdict;
  const result = {
    deployments,
    failed,
    lost: lost + (deployments - campaign.executions.size),
    doubled,
    orphaned,
    recoveryMs: percentiles(campaign.recoveriesMs),
    kills: campaign.recoveriesMs.length,
    nats: flags.nats,
    streamReplicas: servers.replicas,
    serverKills: campaign.serverRecoveries.length,
    serverRecoveryMs: percentiles(campaign.serverRecoveries.map(({ ms }) => ms)),
    serverFaults: byFault(campaign),
    frozen: campaign.frozen,
    awsFaults: campaign.faultHits,
    seconds: Math.round((performance.now() - startedAt) / 1_000),
  };
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${readable(result)}\n`);
  ok = result.failed + result.lost + result.doubled + result.orphaned === 0;
} finally {
  await bus.close();
  await fleet.stop();
  if (ok && !flags.keep) await rm(dataDir, { recursive: true, force: true });
  else say(`logs and streams are kept in ${dataDir}`);
}
process.exit(ok ? 0 : 1);

async function startServers(kind: string): Promise<ServersUnderTest> {
  // Loaded when it is asked for: the containers' client needs a second to load.
  switch (kind) {
    case 'single':
      return (await import('./servers/single-server.ts')).startSingleServer(path.join(dataDir, 'nats'));
    case 'processes':
      return (await import('./servers/process-cluster.ts')).startProcessCluster(dataDir);
    case 'containers':
      return (await import('./servers/container-cluster.ts')).startContainerCluster();
    default:
      throw new RangeError(`--nats ${kind}: use single, processes or containers.`);
  }
}

function byFault({
  serverRecoveries,
}: Campaign): Record<string, { count: number; p50: number; p99: number }> {
  const groups = Map.groupBy(serverRecoveries, ({ fault }) => fault);
  return Object.fromEntries(
    [...groups].map(([fault, of]) => [fault, { count: of.length, ...percentiles(of.map(({ ms }) => ms)) }]),
  );
}

function percentiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99) };
}

function readable(result: object): string {
  return Object.entries(result)
    .map(
      ([name, value]) =>
        `${name.padEnd(18)} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    )
    .join('\n');
}
