/** A request that may be made more than once, because it changes nothing: repeated while nobody answers. */
import { errors, type Msg } from '@nats-io/transport-node';
import type { Bus } from './connect.ts';
import { orConnectionLoss, whenConnected } from './connection-state.ts';

/** Whoever leads only now never heard the request before. */
const ASK_AGAIN_MS = 500;

/**
 * The first answer to any of the requests. One that takes long is not given up for the next one: a slow server is not
 * asked in vain. @throws errors.TimeoutError after `timeoutMs`; at once what else happens, as the loss of the connection
 */
export async function askRepeatedly(
  bus: Bus,
  { subject, body, timeoutMs }: { subject: string; body: string; timeoutMs: number },
): Promise<Msg> {
  await whenConnected(bus);
  const { promise, resolve, reject } = Promise.withResolvers<Msg>();
  const ask = (leftMs: number, isFirst: boolean): void => {
    bus.request(subject, body, { timeout: leftMs }).then(resolve, (error: unknown) => {
      if (isFirst || !(error instanceof errors.TimeoutError)) reject(error);
    });
  };
  ask(timeoutMs, true);
  let leftMs = timeoutMs - ASK_AGAIN_MS;
  const again = setInterval(() => {
    if (leftMs > 0) ask(leftMs, false);
    leftMs -= ASK_AGAIN_MS;
  }, ASK_AGAIN_MS);
  try {
    return await orConnectionLoss(bus, promise);
  } finally {
    clearInterval(again);
  }
}
