/**
 * Takes what users ask for from the request stream, once each, and answers those who wait for an answer.
 *
 * R1 A request is stored before anyone looks at it: with no intake alive it waits.
 * R2 It leaves the stream only after `onRequest` returned; a replica that dies before passes it on.
 * R3 A stored message has no reply subject. Every replica hears the request itself as well, and remembers who
 *    waits for an answer to which text; whoever handles the stored copy answers and tells the others.
 */
import { createHash } from 'node:crypto';
import { STREAM, nodeSubjects, requestSubjects } from '#contracts/subjects.ts';
import type { Bus } from './connect.ts';
import { RequestWaiters } from './request-waiters.ts';
import { consumeWork, type WorkItem } from './work-queue.ts';

const ACK_WAIT_MS = 10_000;
const CONCURRENCY = 64;
const RETRY_MS = 1_000;
/** The stored copy may be handled before the request itself was heard. */
const HEARING_MS = 50;
const ANSWERED_SUBJECT = nodeSubjects('intake').answered;

export type UserRequest = {
  subject: string;
  data: string;
  /** Sequence in the request stream: the same for every delivery. */
  sequence: number;
  /** The client's own id, from the standard header. */
  messageId: string | undefined;
};

export class RequestIntake {
  readonly #bus: Bus;
  readonly #onRequest: (request: UserRequest) => Promise<unknown>;
  readonly #waiters = new RequestWaiters();
  readonly #closers: { close(): Promise<void> | void }[] = [];

  constructor(bus: Bus, onRequest: (request: UserRequest) => Promise<unknown>) {
    this.#bus = bus;
    this.#onRequest = onRequest;
  }

  async start(): Promise<void> {
    const heard = this.#bus.subscribe(requestSubjects.all, {
      callback: (error, message) => {
        if (error || !message.reply) return;
        const digest = digestOf(message.subject, message.string());
        this.#waiters.add({ digest, reply: message.reply, nowMs: performance.now() });
      },
    });
    const answered = this.#bus.subscribe(ANSWERED_SUBJECT, {
      callback: (error, message) => {
        const [digest = '', reply = ''] = error ? [] : message.string().split(' ');
        this.#waiters.remove(digest, reply);
      },
    });
    const work = await consumeWork(
      this.#bus,
      {
        stream: STREAM.requests,
        consumer: requestSubjects.consumer,
        filter: requestSubjects.all,
        concurrency: CONCURRENCY,
        ackWaitMs: ACK_WAIT_MS,
      },
      (item) => void this.#handle(item),
    );
    this.#closers.push(work, { close: () => heard.unsubscribe() }, { close: () => answered.unsubscribe() });
  }

  async close(): Promise<void> {
    for (const closer of this.#closers) await closer.close();
  }

  async #handle(item: WorkItem): Promise<void> {
    try {
      const answer = await this.#onRequest({
        subject: item.subject,
        data: item.data,
        sequence: item.sequence,
        messageId: item.header('Nats-Msg-Id'),
      });
      await item.done();
      await this.#answer(digestOf(item.subject, item.data), answer);
    } catch {
      item.retry(RETRY_MS);
    }
  }

  async #answer(digest: string, answer: unknown): Promise<void> {
    const reply = this.#waiters.take(digest, performance.now()) ?? (await this.#hearLate(digest));
    if (reply === undefined) return;
    this.#bus.publish(reply, JSON.stringify(answer));
    this.#bus.publish(ANSWERED_SUBJECT, `${digest} ${reply}`);
  }

  async #hearLate(digest: string): Promise<string | undefined> {
    await new Promise((resolve) => setTimeout(resolve, HEARING_MS));
    return this.#waiters.take(digest, performance.now());
  }
}

function digestOf(subject: string, data: string): string {
  return createHash('sha256').update(subject).update('\n').update(data).digest('hex');
}
