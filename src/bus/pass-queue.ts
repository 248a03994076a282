/** Waits until a stream has dealt with everything that was sent to it before. */
import { isConflict } from './bus-error.ts';
import type { Bus } from './connect.ts';
import { publish } from './publish.ts';

/** No stream ever gets there. */
const NEVER = String(Number.MAX_SAFE_INTEGER);

/**
 * The server queues what it receives for a stream, and a read overtakes that queue: what a process sent just before it
 * died may be stored after a read that came later. This sends a message that the stream must refuse, which it does in
 * its turn. Nothing is stored.
 *
 * @param subject any subject of the stream
 * @throws BusError when no answer came
 */
export async function passQueue(bus: Bus, subject: string): Promise<void> {
  try {
    await publish(bus, { subject, headers: { 'Nats-Expected-Last-Sequence': NEVER } });
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}
