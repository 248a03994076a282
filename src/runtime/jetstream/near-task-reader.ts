/** Near tasks as they stand in a core stream: read with the mailboxes, forgotten from the oldest on. */
import { ActivityTask } from '#contracts/activity-task.ts';
import { HEADER, STREAM, coreSubjects, nearTaskTarget } from '#contracts/subjects.ts';
import type { Bus } from '#bus/connect.ts';
import type { ReadMessage } from '#bus/ordered-reader.ts';
import { publish } from '#bus/publish.ts';
import { LogProgress } from '../log-progress.ts';
import type { NearTask } from '../ports.ts';

const PURGE_MS = 2_000;
const PURGE_TIMEOUT_MS = 5_000;

export type NearTaskReaderOptions = {
  bus: Bus;
  service: string;
  shard: number;
  onNearTask: (task: NearTask) => void;
};

export class NearTaskReader {
  readonly #options: NearTaskReaderOptions;
  readonly #progress = new Map<number, LogProgress>();
  readonly #purging: NodeJS.Timeout;

  constructor(options: NearTaskReaderOptions) {
    this.#options = options;
    this.#purging = setInterval(() => void this.#purge(), PURGE_MS);
  }

  /** Takes a message of the core stream; returns whether it was a near task. */
  push(message: ReadMessage): boolean {
    const [kind, , , token] = message.subject.split('.', 4);
    if (kind !== 'tn') return false;
    const partition = Number(token);
    const progress = this.#progressOf(partition);
    progress.opened(message.sequence);
    const done = (): void => progress.closed(message.sequence);
    const task = ActivityTask.safeParse(parsed(message.data));
    // Only the runtime writes here: what is no task was never one, and nobody waits for it.
    if (!task.success) done();
    else
      this.#options.onNearTask({
        task: task.data,
        partition,
        node: message.header(HEADER.node) ?? '',
        done,
        passOn: () => this.#passOn(task.data, message),
      });
    return true;
  }

  /** Forgets nothing any more: what is open is read by the next owner. */
  close(): void {
    clearInterval(this.#purging);
  }

  #progressOf(partition: number): LogProgress {
    const known = this.#progress.get(partition);
    if (known) return known;
    const created = new LogProgress();
    this.#progress.set(partition, created);
    return created;
  }

  async #passOn(task: ActivityTask, message: ReadMessage): Promise<void> {
    await publish(this.#options.bus, {
      subject: nearTaskTarget(message.subject, { service: this.#options.service, queue: task.queue }),
      data: message.data,
      headers: { 'Nats-Msg-Id': message.subject },
    });
  }

  async #purge(): Promise<void> {
    const { bus, service, shard } = this.#options;
    for (const [partition, progress] of this.#progress) {
      const seq = progress.takePurge();
      if (seq === null) continue;
      const filter = coreSubjects(service, shard).nearTasks(partition);
      await bus
        .request(`$JS.API.STREAM.PURGE.${STREAM.core(service, shard)}`, JSON.stringify({ filter, seq }), {
          timeout: PURGE_TIMEOUT_MS,
        })
        .catch(() => progress.purgeFailed());
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
