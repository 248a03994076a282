/** Forgets messages of a stream from the oldest on. */
import type { Bus } from './connect.ts';

const ANSWER_TIMEOUT_MS = 5_000;

/** All under a subject below a sequence; again is harmless. @throws when no server answers: they may be gone, or not */
export async function forgetBelow(
  bus: Bus,
  { stream, subject, sequence }: { stream: string; subject: string; sequence: number },
): Promise<void> {
  await bus.request(`$JS.API.STREAM.PURGE.${stream}`, JSON.stringify({ filter: subject, seq: sequence }), {
    timeout: ANSWER_TIMEOUT_MS,
  });
}
