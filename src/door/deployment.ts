/** Where workers and clients meet: servers, service and the way its actors are spread. */
import { connectBus, type Bus } from '#bus/connect.ts';
import { storedTopology } from '#bus/stored-topology.ts';
import { ServiceName } from '#contracts/address.ts';
import { Topology } from '#contracts/topology.ts';

/** Where a nats-server listens when nothing else is said. */
const SERVERS_DEFAULT = ['127.0.0.1:4222'];
const SERVICE_DEFAULT = 'app';

export type DeploymentOptions = {
  /** `host:port` or `nats://user:password@host:port`. Default `127.0.0.1:4222`. */
  servers?: readonly string[];
  /** Names the streams. Workers of one service share its actors; clients reach those of one service. Default `app`. */
  service?: string;
  /** For the first worker of a service; later ones and clients take what is stored. Defaults: 1 shard, 64 partitions, 1 copy. */
  topology?: Partial<Omit<Topology, 'services'>>;
  /** How long to wait for a server, in milliseconds. Default 20 s. */
  connectTimeoutMs?: number;
};

export type Deployment = { bus: Bus; service: string; topology: Topology };

/** Connects. @throws Error naming the servers when none answers; ZodError for a service that is no subject token */
export async function joinDeployment(options: DeploymentOptions, name: string): Promise<Deployment> {
  const service = ServiceName.parse(options.service ?? SERVICE_DEFAULT);
  const bus = await connectBus({
    servers: options.servers ?? SERVERS_DEFAULT,
    name,
    ...(options.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: options.connectTimeoutMs }),
  });
  const stored = await storedTopology(bus, service);
  return { bus, service, topology: Topology.parse({ ...options.topology, ...stored, services: [service] }) };
}
