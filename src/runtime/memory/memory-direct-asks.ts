/** Direct asks in memory, from both ends: each crosses as bytes, to one of those who listen. */
import { DirectAnswer, DirectAsk } from '#contracts/direct-ask.ts';
import type { DirectAsks, OwnerLine } from '../ports.ts';
import type { MemoryBus } from './memory-bus.ts';
import { answerInMemory } from './memory-inbox.ts';
import type { NodeLife } from './node-life.ts';

/** The end of one node. */
export function memoryDirectAsks(life: NodeLife): DirectAsks {
  const { directAsks } = life.bus.service(life.service);
  return {
    listen: (partitions, onAsk) =>
      life.call('directAsks.listen', () => {
        const closers = partitions.map((partition) => {
          const channel = life.channel<string>((text) => onAsk(DirectAsk.parse(JSON.parse(text)), partition));
          return directAsks.add(partition, (text) => channel.send(text));
        });
        return life.hold(() => {
          for (const close of closers) close();
        });
      }),
  };
}

/** What becomes of an ask or its answer on the way. */
export type LineFate = 'arrives' | 'ask-lost' | 'answer-lost';

/** The end of whoever asks. */
export function memoryOwnerLine(bus: MemoryBus, fateOf: () => LineFate = () => 'arrives'): OwnerLine {
  let asked = 0;
  return {
    ask: async ({ envelope, ...rest }, timeoutMs) => {
      asked += 1;
      const inbox = `direct-${asked}-${envelope.id}`.slice(0, 250);
      const fate = fateOf();
      const replyTo = fate === 'answer-lost' ? `lost-${inbox}` : inbox;
      const ask = DirectAsk.parse({ ...rest, envelope: { ...envelope, replyTo } });
      const send = (): void => {
        if (fate !== 'ask-lost' && !bus.askDirectly(ask)) bus.reply(replyTo, { outcome: 'declined' });
      };
      const said = await answerInMemory(bus, { replyTo: inbox, timeoutMs, send });
      return said === null ? null : DirectAnswer.parse(said);
    },
  };
}
