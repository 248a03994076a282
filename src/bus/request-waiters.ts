/**
 * Who waits for an answer to which request, by a digest of its text: the stored copy of a request has no reply subject.
 *
 * W1 The latest of several equal requests is answered first. Where a request was heard but never stored (its stream was
 *    electing), whoever asks again would otherwise get in line behind their own earlier, lost one, for ever.
 * W2 Nobody is remembered for longer than half a minute, and no more than 10,000 texts are.
 */

const REMEMBER_MS = 30_000;
const DIGESTS_MAX = 10_000;

type Waiter = { reply: string; heardAtMs: number };

export class RequestWaiters {
  readonly #byDigest = new Map<string, Waiter[]>();

  add({ digest, reply, nowMs }: { digest: string; reply: string; nowMs: number }): void {
    this.#keep(digest, [...(this.#byDigest.get(digest) ?? []), { reply, heardAtMs: nowMs }]);
    if (this.#byDigest.size <= DIGESTS_MAX) return;
    const [oldest] = this.#byDigest.keys();
    if (oldest !== undefined) this.#byDigest.delete(oldest);
  }

  /** Reply subject of the latest that still waits; it waits no longer then. */
  take(digest: string, nowMs: number): string | undefined {
    const waiting = (this.#byDigest.get(digest) ?? []).filter(
      ({ heardAtMs }) => nowMs - heardAtMs < REMEMBER_MS,
    );
    const latest = waiting.pop();
    this.#keep(digest, waiting);
    return latest?.reply;
  }

  /** Another replica has answered. */
  remove(digest: string, reply: string): void {
    this.#keep(
      digest,
      (this.#byDigest.get(digest) ?? []).filter((waiter) => waiter.reply !== reply),
    );
  }

  #keep(digest: string, waiters: Waiter[]): void {
    if (waiters.length > 0) this.#byDigest.set(digest, waiters);
    else this.#byDigest.delete(digest);
  }
}
