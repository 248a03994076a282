/** Envelopes with an answer, for whoever is outside of any node, in memory. */
import { Envelope } from '#contracts/envelope.ts';
import { OwnSends } from '../own-sends.ts';
import type { Asks, EnvelopeAnswer } from '../ports.ts';
import type { MemoryBus } from './memory-bus.ts';

/** @param sends told of what is stored */
export function memoryAsks(bus: MemoryBus, sends = new OwnSends()): Asks {
  let asked = 0;
  return {
    ask: async (envelope, timeoutMs) => {
      asked += 1;
      const replyTo = `inbox-${asked}-${envelope.id}`.slice(0, 256);
      const isOver = new AbortController();
      const answer = new Promise<EnvelopeAnswer>((resolve) => {
        bus.inboxes.set(replyTo, (text) => resolve(text as EnvelopeAnswer));
      });
      sends.stored(envelope.to, bus.deliver(Envelope.parse({ ...envelope, replyTo })));
      const late = bus.clock.sleep(timeoutMs, isOver.signal).then(() => null);
      const first = await Promise.race([answer, late]);
      isOver.abort();
      bus.inboxes.delete(replyTo);
      return first;
    },
  };
}
