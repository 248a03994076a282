/** One node asks another over core NATS: no answer is stored, and whoever is asked may die. */
import { errors } from '@nats-io/transport-node';
import type { Bus } from './connect.ts';

/** Everyone who offers the same is one group: each question goes to one of them. */
const GROUP = 'steps';
/** Room for subject, reply subject and protocol beside the payload. */
const OVERHEAD_BYTES = 1_024;

/** Answers questions on a subject until it is called off; what is in flight then is still answered. */
export function answerQuestions(
  bus: Bus,
  subject: string,
  answer: (question: string) => string,
): { close: () => Promise<void> } {
  const subscription = bus.subscribe(subject, {
    queue: GROUP,
    callback: (error, message) => {
      if (!error) message.respond(answer(message.string()));
    },
  });
  return { close: () => subscription.drain() };
}

/** What the server carries in one message, in bytes. */
export function payloadBytesMax(bus: Bus): number {
  return (bus.info?.max_payload ?? 1_048_576) - OVERHEAD_BYTES;
}

/** The answer; null when nobody listens. @throws Error when none came within `timeoutMs`, or the connection broke */
export async function askQuestion(
  bus: Bus,
  args: { subject: string; question: string; timeoutMs: number },
): Promise<string | null> {
  try {
    const answer = await bus.request(args.subject, args.question, { timeout: args.timeoutMs });
    return answer.string();
  } catch (error) {
    if (isNobody(error)) return null;
    throw error;
  }
}

/** Whether a request failed because nobody listens. */
export function isNobody(error: unknown): boolean {
  return (
    error instanceof errors.NoRespondersError || (error as Error).cause instanceof errors.NoRespondersError
  );
}
