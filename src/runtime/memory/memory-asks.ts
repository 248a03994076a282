/** Envelopes with an answer, for whoever is outside of any node, in memory. */
import { Answer } from '#contracts/answer.ts';
import { Envelope } from '#contracts/envelope.ts';
import { OwnSends } from '../own-sends.ts';
import type { Asks } from '../ports.ts';
import type { MemoryBus } from './memory-bus.ts';
import { answerInMemory } from './memory-inbox.ts';

/** @param sends told of what is stored */
export function memoryAsks(bus: MemoryBus, sends = new OwnSends()): Asks {
  let asked = 0;
  return {
    ask: async (envelope, timeoutMs) => {
      asked += 1;
      const replyTo = `inbox-${asked}-${envelope.id}`.slice(0, 256);
      const send = (): void =>
        sends.stored(envelope.to, bus.deliver(Envelope.parse({ ...envelope, replyTo })));
      const said = await answerInMemory(bus, { replyTo, timeoutMs, send });
      return said === null ? null : Answer.parse(said);
    },
  };
}
