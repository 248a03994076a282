/**
 * Leaves a server that still answers pings but has lost its peers.
 *
 * Q1 Only a client that knows another server leaves: with one server there is nowhere to go.
 * Q2 A server counts as cut off when JetStream did not answer through it three times in a row. An election looks the
 *    same for some seconds; leaving then costs a reconnection and loses nothing.
 * Q3 A leader that is cut off goes on to answer for ten seconds, until it gives up. Its own answer tells: it has not
 *    heard a majority of its peers for longer than any follower is silent.
 * Q4 Nobody leaves more often than once in three seconds, so that a cluster without any quorum is not stormed.
 */
import type { NatsConnection } from '@nats-io/transport-node';
import { STREAM } from '#contracts/subjects.ts';

const ASK_MS = 1_000;
const ASK_AGAIN_MS = 250;
const ANSWER_TIMEOUT_MS = 1_000;
const UNANSWERED_MAX = 3;
const SETTLE_MS = 3_000;
/** Followers answer their leader's heartbeats, one a second. */
const SILENT_NS_MAX = 2_500_000_000;

type StreamInfo = {
  error?: unknown;
  cluster?: { leader?: string; replicas?: { active?: number; offline?: boolean }[] };
};

/** Asks for ever, until the connection is closed. */
export async function watchQuorum(connection: NatsConnection): Promise<void> {
  let unanswered = 0;
  while (!connection.isClosed()) {
    await pause(unanswered === 0 ? ASK_MS : ASK_AGAIN_MS);
    if (connection.isClosed()) return;
    const seen = await look(connection);
    unanswered = seen === 'quorum' ? 0 : unanswered + 1;
    if (seen !== 'alone' && unanswered < UNANSWERED_MAX) continue;
    unanswered = 0;
    await connection.reconnect().catch(() => undefined);
    await pause(SETTLE_MS);
  }
}

/** `silent`: nobody answers; `alone`: the answer comes from a leader without followers. */
async function look(connection: NatsConnection): Promise<'quorum' | 'silent' | 'alone'> {
  try {
    const options = { timeout: ANSWER_TIMEOUT_MS };
    const answer = await connection.request(`$JS.API.STREAM.INFO.${STREAM.dead}`, '', options);
    const info = answer.json<StreamInfo>();
    // No such stream: then the leader of the cluster's own group has said so, or nobody knows a leader.
    if (info.error !== undefined) return await answersAtAll(connection);
    return isAlone(info) ? 'alone' : 'quorum';
  } catch {
    return 'silent';
  }
}

/** Whether a leader has not heard so many of its peers for so long that it cannot have a majority. */
export function isAlone({ cluster }: StreamInfo): boolean {
  const peers = cluster?.replicas ?? [];
  const heard = peers.filter(({ active = 0, offline }) => offline !== true && active <= SILENT_NS_MAX);
  return 2 * (heard.length + 1) <= peers.length + 1;
}

async function answersAtAll(connection: NatsConnection): Promise<'quorum' | 'silent'> {
  const answer = await connection.request('$JS.API.INFO', '', { timeout: ANSWER_TIMEOUT_MS });
  return answer.json<{ error?: unknown }>().error === undefined ? 'quorum' : 'silent';
}

/** Never keeps a process alive that has nothing else to do. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
