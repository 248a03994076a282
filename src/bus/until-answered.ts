/** Repeats an idempotent request to JetStream while nobody answers: a server that starts takes a moment to find its streams. */
import { errors } from '@nats-io/transport-node';
import type { Bus } from './connect.ts';
import { orConnectionLoss, whenConnected } from './connection-state.ts';

/** Longer than the election of a stream's leader (4 to 9 s), and than a cluster was seen without its own leader (16 s). */
const PATIENCE_MS = 60_000;
const RETRY_MS = 100;
/** No request takes longer: one that was under way while the connection changed may never be answered. */
const REQUEST_MS_MAX = 10_000;

/**
 * A process that stood still has not waited: however long one request seems to take, another one follows.
 * @throws whatever the server answered, and the last error when it never did.
 */
export async function untilAnswered<T>(bus: Bus, request: () => Promise<T>): Promise<T> {
  let patienceMs = PATIENCE_MS;
  for (;;) {
    const askedAtMs = performance.now();
    await whenConnected(bus);
    try {
      return await orConnectionLoss(bus, withinTime(request()));
    } catch (error) {
      patienceMs -= Math.min(performance.now() - askedAtMs, REQUEST_MS_MAX);
      if (patienceMs <= 0 || bus.isClosed() || isAnswer(error)) throw error;
      patienceMs -= RETRY_MS;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** @throws errors.TimeoutError */
async function withinTime<T>(answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new errors.TimeoutError()), REQUEST_MS_MAX);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}

const UNAVAILABLE = 503;

/** JetStream's own refusals carry a code; silence does not, and "unavailable" is an election. */
function isAnswer(error: unknown): boolean {
  const silent = error instanceof errors.TimeoutError || error instanceof errors.NoRespondersError;
  const { code, status } = error as { code?: unknown; status?: unknown };
  return !silent && typeof code === 'number' && code !== 0 && status !== UNAVAILABLE;
}
