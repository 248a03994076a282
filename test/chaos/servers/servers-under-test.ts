/** The NATS servers of a chaos run, and the ways to break them. One server alone, or a cluster of three. */

/**
 * - `kill`: kill -9 of the process; its disk stays
 * - `cut`: its peers no longer hear it, its clients still do
 * - `pause`: SIGSTOP; every connection to it stays open
 */
export type ServerFault = 'kill' | 'cut' | 'pause';

export interface ServersUnderTest {
  /** Addresses of all servers, for `NATS_URL`. */
  readonly addresses: readonly string[];
  /** Copies of each stream that they can hold. */
  readonly replicas: 1 | 3;
  /** What {@link break} can do, in the order in which a campaign goes through them. */
  readonly faults: readonly ServerFault[];
  /** Names as streams call their leaders. */
  readonly names: readonly string[];
  /** Breaks one server. */
  break(name: string, fault: ServerFault): Promise<void>;
  /** Undoes {@link break}; resolves when the server runs again, which is before it has caught up. */
  mend(name: string, fault: ServerFault): Promise<void>;
  /** Resolves when all of them run, know the cluster's leader and have caught up. @throws Error after a minute */
  untilHealthy(): Promise<void>;
  /** Ends all of them, in good order where that is possible. */
  stop(): Promise<void>;
}
