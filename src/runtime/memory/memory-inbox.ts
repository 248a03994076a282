/** Waits for an answer in memory, for whoever is outside of any node. */
import type { Json } from '#contracts/json.ts';
import type { MemoryBus } from './memory-bus.ts';

/** The first answer to `replyTo` after `send`; null when there is none in time. */
export async function answerInMemory(
  bus: MemoryBus,
  { replyTo, timeoutMs, send }: { replyTo: string; timeoutMs: number; send: () => void },
): Promise<Json | null> {
  const isOver = new AbortController();
  const answer = new Promise<Json>((resolve) => bus.inboxes.set(replyTo, resolve));
  send();
  const first = await Promise.race([answer, bus.clock.sleep(timeoutMs, isOver.signal).then(() => null)]);
  isOver.abort('over');
  bus.inboxes.delete(replyTo);
  return first;
}
