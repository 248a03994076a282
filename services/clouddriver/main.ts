/** The clouddriver process: runs cloud operations and their calls. Any number of replicas. */
import { connectBus } from '#bus/connect.ts';
import { SharedSettings } from '#bus/shared-settings.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { openRateTable } from '#runtime/jetstream/jetstream-rate-limits.ts';
import { nodeName } from '#runtime/node-name.ts';
import { systemClock } from '#runtime/system-clock.ts';
import { createLog } from '#telemetry/log.ts';
import { runtimeLog } from '#telemetry/runtime-log.ts';
import { createClouddriverCatalog } from './catalog.ts';
import { readClouddriverConfig } from './config.ts';

const config = readClouddriverConfig();
const node = nodeName('clouddriver');
const log = createLog({ service: 'clouddriver', node, level: config.logLevel });
const bus = await connectBus({ servers: config.natsServers, name: node });
const catalog = createClouddriverCatalog({
  config,
  casStore: await openRateTable(bus, config.topology),
  clock: systemClock,
});
const settings = await SharedSettings.open(bus, config.topology.replicas);
await settings.announceAccounts({
  v: 1,
  accounts: config.accounts.map(({ name, regions }) => ({
    name,
    regions: regions.map((region) => region.name),
  })),
});
const running = await startJetStreamNode({
  bus,
  topology: config.topology,
  service: 'clouddriver',
  node,
  definitions: catalog.definitions,
  activities: catalog.activities,
  queues: catalog.queues.map((queue) => ({ queue, concurrency: config.activityConcurrency })),
  events: runtimeLog(log),
});
log.info({ partitions: running.owned().length }, 'clouddriver is ready');

process.once('SIGTERM', () => void stop('SIGTERM'));
process.once('SIGINT', () => void stop('SIGINT'));

async function stop(signal: string): Promise<void> {
  log.info({ signal }, 'clouddriver leaves');
  await running.stop();
  catalog.close();
  await bus.close();
  process.exit(0);
}
