/**
 * Leaves a server that still answers pings but has lost its peers.
 *
 * Q1 Only a client that knows another server leaves: with one server there is nowhere to go.
 * Q2 A server counts as cut off when JetStream did not answer through it three times in a row. An election looks the
 *    same for some seconds; leaving then costs a reconnection and loses nothing.
 * Q3 Nobody leaves more often than once in three seconds, so that a cluster without any quorum is not stormed.
 */
import type { NatsConnection } from '@nats-io/transport-node';

const ASK_MS = 1_000;
const ANSWER_TIMEOUT_MS = 1_000;
const UNANSWERED_MAX = 3;
const SETTLE_MS = 3_000;

/** Asks for ever, until the connection is closed. */
export async function watchQuorum(connection: NatsConnection): Promise<void> {
  let unanswered = 0;
  while (!connection.isClosed()) {
    await pause(ASK_MS);
    if (connection.isClosed()) return;
    unanswered = (await answers(connection)) ? 0 : unanswered + 1;
    if (unanswered < UNANSWERED_MAX) continue;
    unanswered = 0;
    await connection.reconnect().catch(() => undefined);
    await pause(SETTLE_MS);
  }
}

/** The leader of the cluster's own group answers this; a server that hears no leader says so, or stays silent. */
async function answers(connection: NatsConnection): Promise<boolean> {
  try {
    const answer = await connection.request('$JS.API.INFO', '', { timeout: ANSWER_TIMEOUT_MS });
    return answer.json<{ error?: unknown }>().error === undefined;
  } catch {
    return false;
  }
}

/** Never keeps a process alive that has nothing else to do. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
