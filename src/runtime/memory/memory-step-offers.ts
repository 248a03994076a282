/** Steps computed for each other, in memory: requests and answers cross as bytes, as they would on the bus. */
import { StepAnswer, StepRequest } from '#contracts/step-offer.ts';
import type { Clock, OfferKey, StepOffers, Subscription } from '../ports.ts';
import { StepUnanswered } from '../runtime-error.ts';

/** How long an asking node waits for one that is suspended. */
const UNANSWERED_MS = 2_000;

type OfferedStep = {
  /** Whether whoever offers it would not answer now. */
  isSuspended: () => boolean;
  answer: (request: StepRequest) => StepAnswer;
};

/** Who offers what in one service. */
export class MemoryStepOffers {
  readonly #byKey = new Map<string, Set<OfferedStep>>();
  #asked = 0;

  /** Returns what takes the offer back. */
  add(key: OfferKey, offered: OfferedStep): () => void {
    const name = nameOf(key);
    const all = this.#byKey.get(name) ?? new Set<OfferedStep>();
    this.#byKey.set(name, all.add(offered));
    return () => all.delete(offered);
  }

  /** One of those who offer it, in turn; undefined when nobody does. */
  pick(key: OfferKey): OfferedStep | undefined {
    const all = [...(this.#byKey.get(nameOf(key)) ?? [])];
    this.#asked += 1;
    return all[this.#asked % Math.max(1, all.length)];
  }
}

/** A node's life, as far as it offers and asks. */
type Life = {
  call<T>(name: string, act: () => T): Promise<T>;
  hold(close: () => void): Subscription;
  readonly isSuspended: boolean;
};

/** The port of one node. */
export function memoryStepOffers(
  all: MemoryStepOffers,
  { life, clock }: { life: Life; clock: Clock },
): StepOffers {
  return {
    offer: (key, answer) =>
      life.call('stepOffers.offer', () =>
        life.hold(all.add(key, { isSuspended: () => life.isSuspended, answer })),
      ),
    ask: async (key, request) => {
      const offered = await life.call('stepOffers.ask', () => all.pick(key));
      if (offered === undefined) return null;
      if (!offered.isSuspended()) return answerOf(offered, request);
      await clock.sleep(UNANSWERED_MS);
      throw new StepUnanswered(nameOf(key));
    },
  };
}

/** The answer as the asking node reads it. */
function answerOf(offered: OfferedStep, request: StepRequest): StepAnswer {
  const received = StepRequest.parse(JSON.parse(JSON.stringify(request)));
  return StepAnswer.parse(JSON.parse(JSON.stringify(offered.answer(received))));
}

function nameOf(key: OfferKey): string {
  return 'newest' in key ? `${key.type} newest` : `${key.type} ${key.version} ${key.hash}`;
}
