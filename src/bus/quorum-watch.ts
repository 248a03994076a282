/**
 * Leaves a server that still answers pings but has lost its peers.
 *
 * Q1 Only a client that knows another server leaves: with one server there is nowhere to go.
 * Q2 Silence of all that are asked looks like an election, which ends within nine seconds and mostly within six: whoever
 *    left at once would leave a good server, perhaps for the one that is cut off. So it has to last, and several streams
 *    are asked, whose leaders are rarely lost together.
 * Q3 A leader that is cut off goes on to answer for ten seconds, until it gives up. Its own answer tells: it has not
 *    heard a majority of its peers for longer than any follower is silent. Who answers after that says that there is no
 *    leader. Both are left at once.
 * Q4 Nobody leaves more often than once in three seconds, so that a cluster without any quorum is not stormed.
 */
import type { NatsConnection } from '@nats-io/transport-node';
import { STREAM } from '#contracts/subjects.ts';
import { JetStreamCode } from './bus-error.ts';

const ASK_MS = 1_000;
const ASK_AGAIN_MS = 250;
const ANSWER_TIMEOUT_MS = 1_000;
const SILENCE_MS_MAX = 6_000;
const SETTLE_MS = 3_000;
/** Followers answer their leader's heartbeats, one a second. */
const SILENT_NS_MAX = 2_500_000_000;
/** Every deployment has them. */
const ASKED = [STREAM.dead, STREAM.requests, STREAM.history] as const;

type StreamInfo = {
  error?: { err_code?: number };
  cluster?: { leader?: string; replicas?: { active?: number; offline?: boolean }[] };
};

/** `silent`: nobody answers; `cut-off`: the answer comes from a server that cannot have a majority. */
type Sight = 'quorum' | 'silent' | 'cut-off';

/** Asks for ever, until the connection is closed. */
export async function watchQuorum(connection: NatsConnection): Promise<void> {
  let seen: Sight = 'quorum';
  let silentSinceMs = 0;
  let leftAtMs = -Infinity;
  for (;;) {
    await pause(seen === 'quorum' ? ASK_MS : ASK_AGAIN_MS);
    if (connection.isClosed()) return;
    const askedAtMs = performance.now();
    const before = seen;
    seen = await look(connection);
    if (seen === 'quorum') continue;
    if (before === 'quorum') silentSinceMs = askedAtMs;
    const nowMs = performance.now();
    const isLost = seen === 'cut-off' || nowMs - silentSinceMs > SILENCE_MS_MAX;
    if (!isLost || nowMs - leftAtMs < SETTLE_MS) continue;
    await connection.reconnect().catch(() => undefined);
    leftAtMs = performance.now();
    silentSinceMs = leftAtMs;
  }
}

/** One leader with a majority is enough: this server is not cut off. */
async function look(connection: NatsConnection): Promise<Sight> {
  const all = await Promise.all(ASKED.map((stream) => lookAt(connection, stream)));
  if (all.includes('quorum')) return 'quorum';
  if (all.includes('cut-off')) return 'cut-off';
  return all.includes('silent') ? 'silent' : answersAtAll(connection);
}

async function lookAt(connection: NatsConnection, stream: string): Promise<Sight | 'absent'> {
  try {
    const options = { timeout: ANSWER_TIMEOUT_MS };
    const answer = await connection.request(`$JS.API.STREAM.INFO.${stream}`, '', options);
    const info = answer.json<StreamInfo>();
    if (info.error?.err_code === JetStreamCode.streamNotFound) return 'absent';
    if (info.error !== undefined) return 'silent';
    return isCutOff(info) ? 'cut-off' : 'quorum';
  } catch {
    return 'silent';
  }
}

/**
 * Whether the answer comes from a server without a majority: a leader that has not heard so many of its peers for so
 * long, or a copy that knows no leader. A server outside a cluster has no peers to lose.
 */
export function isCutOff({ cluster }: StreamInfo): boolean {
  if (cluster === undefined) return false;
  if (cluster.leader === undefined) return true;
  const peers = cluster.replicas ?? [];
  const heard = peers.filter(({ active = 0, offline }) => offline !== true && active <= SILENT_NS_MAX);
  return 2 * (heard.length + 1) <= peers.length + 1;
}

/** No such streams: then the leader of the cluster's own group has said so, or nobody knows a leader. */
async function answersAtAll(connection: NatsConnection): Promise<Sight> {
  try {
    const answer = await connection.request('$JS.API.INFO', '', { timeout: ANSWER_TIMEOUT_MS });
    return answer.json<StreamInfo>().error === undefined ? 'quorum' : 'silent';
  } catch {
    return 'silent';
  }
}

/** Never keeps a process alive that has nothing else to do. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
