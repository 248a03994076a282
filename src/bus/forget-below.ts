/** Forgets messages of a stream from the oldest on. */
import { BusError } from './bus-error.ts';
import type { Bus } from './connect.ts';

const ANSWER_TIMEOUT_MS = 5_000;

/**
 * All under a subject below a sequence; again is harmless.
 * @throws BusError when it is refused
 * @throws Error when no server answers: they may be gone, or not
 */
export async function forgetBelow(
  bus: Bus,
  { stream, subject, sequence }: { stream: string; subject: string; sequence: number },
): Promise<void> {
  const request = JSON.stringify({ filter: subject, seq: sequence });
  const answer = await bus.request(`$JS.API.STREAM.PURGE.${stream}`, request, { timeout: ANSWER_TIMEOUT_MS });
  const { error } = answer.json<{ error?: { err_code: number; description: string } }>();
  if (error) throw new BusError(error.err_code, error.description);
}
