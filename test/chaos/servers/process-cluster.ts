/** Three nats-servers as plain processes; every route between two of them runs over a link that can be cut. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startNatsServer, type NatsServer } from '#tools/nats-server.ts';
import type { ServerFault, ServersUnderTest } from './servers-under-test.ts';
import { TcpLink } from './tcp-link.ts';

const HOST = '127.0.0.1';
const MEMBERS = 3;
const HEALTHY_TIMEOUT_MS = 60_000;
/** Nobody listens here: a server that advertised its real place would be reached past the links. */
const NOWHERE_PORT = 9;

type Member = { server: NatsServer; links: readonly TcpLink[] };

export async function startProcessCluster(dataDir: string): Promise<ServersUnderTest> {
  const routePorts = await freePorts();
  // links[from][to]: the way on which `from` reaches `to`
  const links = await Promise.all(
    routePorts.map((_, from) =>
      Promise.all(routePorts.map(async (port, to) => (to === from ? null : TcpLink.open(port)))),
    ),
  );
  const servers = await Promise.all(
    routePorts.map((port, index) =>
      startNatsServer({
        dataDir: path.join(dataDir, `nats-${index + 1}`),
        extraConfig: clusterConfig(
          port,
          (links[index] ?? []).flatMap((link) => (link ? [link.port] : [])),
        ),
      }),
    ),
  );
  await Promise.all(servers.map(untilHealthy));
  const members = new Map<string, Member>(
    servers.map((server, index) => [
      server.name,
      {
        server,
        links: links
          .flatMap((row, from) => row.filter((_, to) => from === index || to === index))
          .filter((link) => link !== null),
      },
    ]),
  );
  return {
    addresses: servers.map((server) => server.url),
    replicas: 3,
    faults: ['kill', 'cut', 'pause'],
    names: [...members.keys()],
    break: (name, fault) => breakMember(memberOf(members, name), fault),
    mend: (name, fault) => mendMember(memberOf(members, name), fault),
    untilHealthy: async () => void (await Promise.all(servers.map(untilHealthy))),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      await Promise.all(links.flat().map(async (link) => link?.close()));
    },
  };
}

async function freePorts(): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < MEMBERS) ports.add(await freePort());
  return [...ports];
}

function clusterConfig(routePort: number, peers: readonly number[]): string {
  return `ping_interval: "1s"
ping_max: 2
cluster {
  name: windlass
  listen: "${HOST}:${routePort}"
  no_advertise: true
  advertise: "${HOST}:${NOWHERE_PORT}"
  ping_interval: "1s"
  routes: [${peers.map((port) => `"nats://${HOST}:${port}"`).join(', ')}]
}`;
}

function memberOf(members: ReadonlyMap<string, Member>, name: string): Member {
  const member = members.get(name);
  if (!member) throw new RangeError(`No server is called '${name}': ${[...members.keys()].join(', ')}.`);
  return member;
}

async function breakMember({ server, links }: Member, fault: ServerFault): Promise<void> {
  if (fault === 'cut') for (const link of links) link.cut();
  else await server.kill(fault === 'kill' ? 'SIGKILL' : 'SIGSTOP');
}

async function mendMember({ server, links }: Member, fault: ServerFault): Promise<void> {
  if (fault === 'cut') for (const link of links) link.mend();
  else if (fault === 'kill') await server.restart();
  else await server.kill('SIGCONT');
}

/** Healthy: it knows the cluster's leader and has caught up. */
async function untilHealthy(server: NatsServer): Promise<void> {
  const deadline = performance.now() + HEALTHY_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${server.monitorUrl}/healthz`).catch(() => null);
    if (answer?.ok) return;
    if (performance.now() > deadline) throw new Error(`nats-server ${server.name} found no cluster.`);
    await sleep(50);
  }
}
