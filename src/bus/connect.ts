/** Connects to NATS with the settings every part of Windlass relies on. */
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { watchQuorum } from './quorum-watch.ts';
import { serverAccessOf } from './server-address.ts';

export type BusOptions = {
  /** One or more `host:port` or `nats://user:password@host:port` addresses. */
  servers: readonly string[];
  /** Shown by the server's monitoring. */
  name: string;
  /** Give up when no server answers for this long, in milliseconds. Default 20 s. */
  connectTimeoutMs?: number;
};

export type Bus = NatsConnection;

/**
 * Connects, waiting for a server that is still starting; reconnects for ever afterwards.
 *
 * Pings every second and drops a server that missed two: a server that is paused still holds the connection, and only
 * the missing answer gives it away. With several servers it also leaves one that has lost its peers.
 */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const access = serverAccessOf(options.servers);
  const deadline = performance.now() + (options.connectTimeoutMs ?? 20_000);
  for (;;) {
    try {
      const connection = await connect({
        ...access,
        name: options.name,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 100,
        reconnectJitter: 50,
        pingInterval: 1_000,
        maxPingOut: 2,
        timeout: 3_000,
        // Else each request records where it was made: a stack trace for every publish.
        noAsyncTraces: true,
      });
      if (access.servers.length > 1) void watchQuorum(connection);
      return connection;
    } catch (error) {
      if (performance.now() > deadline) {
        throw new Error(
          `No NATS server answers at ${access.servers.join(', ')}. Start one, or set NATS_URL to where it is.`,
          { cause: error },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
