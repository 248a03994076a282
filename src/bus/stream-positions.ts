/**
 * How far this process knows each stream to be.
 *
 * A leader that was cut off or stood still goes on to answer reads for some seconds after another one was elected, from
 * what it had then (nats-server gives reads no lease). What it does not hold may exist. Whoever is as far as what this
 * process has committed and read knows all of that.
 */
import type { Bus } from './connect.ts';
import { BusError } from './bus-error.ts';
import { ANSWER_TIMEOUT_MS } from './publish.ts';
import { askRepeatedly } from './repeated-ask.ts';

export class StreamPositions {
  readonly #newest = new Map<string, number>();

  /** A message of the stream has this sequence. */
  note(stream: string, sequence: number): void {
    if (sequence > (this.#newest.get(stream) ?? 0)) this.#newest.set(stream, sequence);
  }

  /** @throws BusError when the server that answers is behind, or holds something under the subject after all */
  async assertNothingThere(
    bus: Bus,
    { stream, subject }: { stream: string; subject: string },
  ): Promise<void> {
    const newest = this.#newest.get(stream) ?? 0;
    const state = await stateOf(bus, { stream, subject });
    if ((state?.last_seq ?? -1) >= newest && state?.subjects?.[subject] === undefined) return;
    throw new BusError(
      0,
      `Whether ${subject} exists is not known: a server that is behind said that it does not.`,
    );
  }
}

type StreamState = { last_seq?: number; subjects?: Record<string, number> };

async function stateOf(
  bus: Bus,
  { stream, subject }: { stream: string; subject: string },
): Promise<StreamState | undefined> {
  try {
    const answer = await askRepeatedly(bus, {
      subject: `$JS.API.STREAM.INFO.${stream}`,
      body: JSON.stringify({ subjects_filter: subject }),
      timeoutMs: ANSWER_TIMEOUT_MS,
    });
    return answer.json<{ state?: StreamState }>().state;
  } catch (error) {
    throw new BusError(0, `No answer to whether ${subject} exists.`, { cause: error });
  }
}
