/**
 * Steps computed for each other over core NATS.
 *
 * S1 Nothing is stored: a question or an answer that is lost is asked again.
 * S2 Nobody listens is an answer (null), silence is not: a node that is paused still counts as alive.
 * S3 What does not fit into one message of the server is said so, and never cut.
 */
import { StepAnswer, StepRequest } from '#contracts/step-offer.ts';
import { offerSubjects } from '#contracts/subjects.ts';
import { answerQuestions, askQuestion, payloadBytesMax } from '#bus/step-exchange.ts';
import type { OfferKey, StepOffers, Subscription } from '../ports.ts';
import { StepUnanswered } from '../runtime-error.ts';
import type { JetStreamBinding } from './jetstream-record-store.ts';

const ANSWER_MS = 2_000;

export class JetStreamStepOffers implements StepOffers {
  readonly #binding: JetStreamBinding;

  constructor(binding: JetStreamBinding) {
    this.#binding = binding;
  }

  async offer(key: OfferKey, answer: (request: StepRequest) => StepAnswer): Promise<Subscription> {
    const { bus, service } = this.#binding;
    const subscription = answerQuestions(bus, offerSubjects(service).of(key), (question) =>
      fitted(answerTo(question, answer), payloadBytesMax(bus)),
    );
    await bus.flush();
    return subscription;
  }

  async ask(key: OfferKey, request: StepRequest): Promise<StepAnswer | null> {
    const { bus, service } = this.#binding;
    const subject = offerSubjects(service).of(key);
    const question = JSON.stringify(request);
    const limitBytes = payloadBytesMax(bus);
    const sizeBytes = Buffer.byteLength(question);
    if (sizeBytes > limitBytes) return { v: 1, kind: 'too-large', sizeBytes, limitBytes };
    let answer: string | null;
    try {
      answer = await askQuestion(bus, { subject, question, timeoutMs: ANSWER_MS });
    } catch {
      throw new StepUnanswered(subject);
    }
    return answer === null ? null : StepAnswer.parse(JSON.parse(answer));
  }
}

/** A question of a newer release that this one cannot read is refused, so that the asking actor waits for it. */
function answerTo(question: string, answer: (request: StepRequest) => StepAnswer): StepAnswer {
  try {
    return answer(StepRequest.parse(JSON.parse(question)));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { v: 1, kind: 'failed', code: 'STEP_REQUEST_INVALID', message };
  }
}

function fitted(answer: StepAnswer, limitBytes: number): string {
  const text = JSON.stringify(answer);
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes <= limitBytes) return text;
  return JSON.stringify({ v: 1, kind: 'too-large', sizeBytes, limitBytes } satisfies StepAnswer);
}
