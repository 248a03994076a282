/** Repeats an idempotent request to JetStream while nobody answers: a server that starts takes a moment to find its streams. */
import { errors } from '@nats-io/transport-node';
import type { Bus } from './connect.ts';
import { orConnectionLoss, whenConnected } from './connection-state.ts';

const TRIES_MAX = 20;
const RETRY_MS = 100;

/** @throws whatever the server answered, and the last error when it never did. */
export async function untilAnswered<T>(bus: Bus, request: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    await whenConnected(bus);
    try {
      return await orConnectionLoss(bus, request());
    } catch (error) {
      if (attempt >= TRIES_MAX || bus.isClosed() || isAnswer(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** JetStream's own refusals carry a code; silence does not. */
function isAnswer(error: unknown): boolean {
  const silent = error instanceof errors.TimeoutError || error instanceof errors.NoRespondersError;
  return !silent && typeof (error as { code?: unknown }).code === 'number';
}
