/** The orca process: runs executions and stages, and takes what users ask for. Any number of replicas. */
import { askActor } from '#bus/ask-actor.ts';
import { connectBus, type Bus } from '#bus/connect.ts';
import { publish } from '#bus/publish.ts';
import { RequestIntake } from '#bus/request-intake.ts';
import { SharedSettings } from '#bus/shared-settings.ts';
import { ActorEvent } from '#contracts/envelope.ts';
import { deadSubjects } from '#contracts/subjects.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { createLog } from '#telemetry/log.ts';
import { runtimeLog } from '#telemetry/runtime-log.ts';
import { nodeName } from '#runtime/node-name.ts';
import { createOrcaCatalog } from './catalog.ts';
import { readConfig, type OrcaConfig } from './config.ts';
import { createIntake } from './intake.ts';

const PARKED_SIZE_CHARS_MAX = 64 * 1024;

const config = readConfig();
const node = nodeName('orca');
const log = createLog({ service: 'orca', node, level: config.logLevel });
const bus = await connectBus({ servers: config.natsServers, name: node });
const catalog = createOrcaCatalog({ webhookHosts: config.webhookHosts });
const running = await startJetStreamNode({
  bus,
  topology: config.topology,
  service: 'orca',
  node,
  definitions: catalog.definitions,
  activities: catalog.activities,
  queues: catalog.queues,
  events: runtimeLog(log),
});
const settings = await SharedSettings.open(bus, config.topology.replicas);
const intake = startIntake(bus, { config, settings });
await intake.start();
log.info({ partitions: running.owned().length }, 'orca is ready');

process.once('SIGTERM', () => void stop('SIGTERM'));
process.once('SIGINT', () => void stop('SIGINT'));

async function stop(signal: string): Promise<void> {
  log.info({ signal }, 'orca leaves');
  await intake.close();
  await running.stop();
  await bus.close();
  process.exit(0);
}

function startIntake(connection: Bus, args: { config: OrcaConfig; settings: SharedSettings }): RequestIntake {
  const { topology } = args.config;
  const handle = createIntake({
    ingress: new JetStreamIngress({ bus: connection, topology }),
    ask: (to, event, id) => askActor(connection, topology, { to, event: ActorEvent.parse(event), id }),
    knownAccounts: () => args.settings.knownAccounts(),
    park: async (request, problems) => {
      const source = `request-${request.sequence}`;
      const raw = request.data.slice(0, PARKED_SIZE_CHARS_MAX);
      await publish(connection, {
        subject: deadSubjects.of(source),
        data: JSON.stringify({ v: 1, source, subject: request.subject, reason: problems, raw }),
        headers: { 'Nats-Msg-Id': source },
      });
      log.warn({ source, subject: request.subject, problems }, 'request refused and parked');
    },
  });
  return new RequestIntake(connection, handle);
}
