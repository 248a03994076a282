/**
 * Three nats-servers in containers of a real Docker engine. Clients reach them over one network, their peers over
 * another, so that a server can lose its peers and keep its clients.
 */
import {
  GenericContainer,
  Network,
  Wait,
  getContainerRuntimeClient,
  type StartedNetwork,
  type StartedTestContainer,
} from 'testcontainers';
import { freePort } from '#tools/nats-server.ts';
import type { ServerFault, ServersUnderTest } from './servers-under-test.ts';

/** The variant with a shell: the one of docker-compose.yml. */
const IMAGE = 'nats:2.15.1-alpine';
const NAMES = ['nats-1', 'nats-2', 'nats-3'] as const;
const START_TIMEOUT_MS = 60_000;

type Cluster = { peers: StartedNetwork; containers: ReadonlyMap<string, StartedTestContainer> };

export async function startContainerCluster(): Promise<ServersUnderTest> {
  const [clients, peers] = await Promise.all([new Network().start(), new Network().start()]);
  const ports = new Map<string, number>();
  const started = await Promise.all(
    NAMES.map(async (name) => {
      // A fixed port: the engine would choose another one when a killed container starts again.
      const port = await freePort();
      ports.set(name, port);
      return [name, await startMember({ name, port, clients, peers })] as const;
    }),
  );
  const cluster: Cluster = { peers, containers: new Map(started) };
  const allHealthy = async (): Promise<void> =>
    void (await Promise.all(started.map(([, container]) => untilHealthy(container))));
  await allHealthy();
  return {
    addresses: NAMES.map((name) => `nats://127.0.0.1:${ports.get(name)}`),
    replicas: 3,
    faults: ['kill', 'cut', 'pause'],
    names: NAMES,
    break: (name, fault) => breakMember(cluster, { name, fault }),
    mend: (name, fault) => mendMember(cluster, { name, fault }),
    untilHealthy: allHealthy,
    stop: async () => {
      await Promise.all(started.map(([, container]) => container.stop({ timeout: 0 })));
      await Promise.all([clients.stop(), peers.stop()]);
    },
  };
}

async function startMember(args: {
  name: string;
  port: number;
  clients: StartedNetwork;
  peers: StartedNetwork;
}): Promise<StartedTestContainer> {
  const { name, port, clients, peers } = args;
  const container = await new GenericContainer(IMAGE)
    .withNetwork(clients)
    .withExposedPorts({ container: 4222, host: port })
    .withCopyContentToContainer([{ content: configuration(name), target: '/etc/windlass.conf' }])
    .withCommand(['nats-server', '--config', '/etc/windlass.conf'])
    .withWaitStrategy(Wait.forLogMessage(/Listening for client connections/))
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
  await connectToPeers({ peers, id: container.getId(), name });
  return container;
}

function configuration(name: string): string {
  return `server_name: ${name}
listen: "0.0.0.0:4222"
http: "0.0.0.0:8222"
max_payload: 4MB
ping_interval: "1s"
ping_max: 2
jetstream {
  store_dir: /data
  sync_interval: always
  limits { batch { max_inflight_per_stream: 1000, max_inflight_total: 10000 } }
}
cluster {
  name: windlass
  listen: "0.0.0.0:6222"
  no_advertise: true
  connect_retries: 1000
  ping_interval: "1s"
  routes: [${NAMES.map((peer) => `"nats://${peer}-peer:6222"`).join(', ')}]
}
`;
}

async function connectToPeers(args: { peers: StartedNetwork; id: string; name: string }): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  await container.dockerode.getNetwork(args.peers.getId()).connect({
    Container: args.id,
    EndpointConfig: { Aliases: [`${args.name}-peer`] },
  });
}

type Breaking = { name: string; fault: ServerFault };

async function breakMember({ peers, containers }: Cluster, { name, fault }: Breaking): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  const id = idOf(containers, name);
  const member = container.dockerode.getContainer(id);
  if (fault === 'kill') await member.kill({ signal: 'SIGKILL' });
  else if (fault === 'pause') await member.pause();
  else await container.dockerode.getNetwork(peers.getId()).disconnect({ Container: id, Force: true });
}

async function mendMember({ peers, containers }: Cluster, { name, fault }: Breaking): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  const id = idOf(containers, name);
  const member = container.dockerode.getContainer(id);
  if (fault === 'kill') await member.start();
  else if (fault === 'pause') await member.unpause();
  else await connectToPeers({ peers, id, name });
}

function idOf(containers: ReadonlyMap<string, StartedTestContainer>, name: string): string {
  const member = containers.get(name);
  if (!member) throw new RangeError(`No server is called '${name}': ${[...containers.keys()].join(', ')}.`);
  return member.getId();
}

async function untilHealthy(container: StartedTestContainer): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const { exitCode } = await container.exec([
      'wget',
      '-q',
      '-O',
      '/dev/null',
      'http://127.0.0.1:8222/healthz',
    ]);
    if (exitCode === 0) return;
    if (performance.now() > deadline) throw new Error('A nats-server found no cluster within a minute.');
  }
}
