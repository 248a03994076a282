/** Mutants of the runtime around the kernel: owners, readers, commits, workers. */
import type { Mutant } from './mutant.ts';

const actors = 'src/runtime/partition-actors.ts';
const keeper = 'src/runtime/partition-keeper.ts';
const worker = 'src/runtime/activity-worker.ts';
const attempt = 'src/runtime/activity-attempt.ts';
const taking = 'src/runtime/kernel/take-deliveries.ts';

export const RUNTIME_MUTANTS: readonly Mutant[] = [
  {
    name: 'ack before the result is stored',
    breaks: 'a task counts as done although its result may get lost',
    world: 'trips',
    patches: [
      {
        file: worker,
        find: 'await reports.ended(outcome, clock.nowMs() - startedAtMs);',
        replace: 'void reports.ended(outcome, clock.nowMs() - startedAtMs);',
      },
    ],
  },
  {
    name: 'attempt in the idempotency key',
    breaks: 'each attempt asks under a key of its own',
    world: 'orders',
    patches: [
      {
        file: attempt,
        find: 'return idempotencyKeyOf(task);',
        replace: 'return `${idempotencyKeyOf(task).slice(0, 30)}-${task.attempt}`;',
      },
    ],
  },
  {
    name: 'random token',
    breaks: 'each try asks under a random key',
    world: 'orders',
    patches: [
      {
        file: attempt,
        find: 'return idempotencyKeyOf(task);',
        replace: 'return `k-${Math.random().toString(36).slice(2)}`;',
      },
    ],
  },
  {
    name: 'old record refuses',
    breaks: 'what an old record refuses is closed without the commit that would find out',
    world: 'trips',
    patches: [
      { file: 'src/runtime/made-step.ts', find: "if (mayBeOld) return 'commit';", replace: 'void mayBeOld;' },
    ],
  },
  {
    name: 'old view drops',
    breaks: 'a task is dropped because a view of before its dispatch does not show it',
    world: 'orders',
    patches: [
      {
        file: 'src/runtime/awaited-task.ts',
        find: 'return view === null || view.step < step;',
        replace: 'return view === null && step < 0;',
      },
    ],
  },
  {
    name: 'ack before commit',
    breaks: 'an entry is closed and answered before the step that applies it is stored',
    world: 'orders',
    patches: [
      {
        file: actors,
        find: "else if (confirmation === 'commit') await this.#commit(activation, made);\n    this.#finish(activation, taken.slice(0, made.taken), made);",
        replace:
          'this.#finish(activation, taken.slice(0, made.taken), made);\n    if (confirmation === "commit") await this.#commit(activation, made);',
      },
    ],
  },
  {
    name: 'no watermark',
    breaks: 'an entry that was applied is applied again when it is read again',
    world: 'trips',
    patches: [
      {
        file: actors,
        find: 'const isApplied = waiting.entry.sequence <= applied[waiting.entry.log];',
        replace: 'const isApplied = waiting.entry.sequence < 0 * applied[waiting.entry.log];',
      },
      {
        file: taking,
        find: 'delivery.direct === true || delivery.sequence > applied[delivery.log]',
        replace: 'delivery.direct === true || delivery.sequence > 0 * applied[delivery.log]',
      },
    ],
  },
  {
    name: 'no purge watermark',
    breaks: 'entries that are read but not applied are forgotten, too',
    world: 'trips',
    patches: [
      {
        file: 'src/runtime/log-progress.ts',
        find: 'for (const sequence of this.#open) if (sequence < lowest) lowest = sequence;',
        replace: '',
      },
    ],
  },
  {
    name: 'a lost partition stays',
    breaks: 'a partition that was lost is never taken again',
    world: 'trips',
    patches: [
      {
        file: keeper,
        find: 'if (this.#mine.get(partition) !== actors) return;\n    this.#mine.delete(partition);',
        replace: 'if (this.#mine.get(partition) !== actors) return;',
      },
    ],
  },
  {
    name: 'owner by name only',
    breaks: 'a partition whose claim was answered by silence is neither used nor given back',
    world: 'orders',
    patches: [
      { file: keeper, find: 'await this.#giveUpForgotten(desired);', replace: 'void this.#giveUpForgotten;' },
    ],
  },
  {
    name: 'claims without the epoch it saw',
    breaks: 'a claim always names epoch 0',
    world: 'trips',
    patches: [
      {
        file: keeper,
        find: 'const seenEpoch = this.#owners.get(partition)?.epoch ?? 0;',
        replace: 'const seenEpoch = 0;',
      },
    ],
  },
  {
    name: 'reader closed for all',
    breaks: 'when one partition goes, the others of its reader are read no more',
    world: 'trips',
    patches: [
      {
        file: 'src/runtime/partition-readers.ts',
        find: 'if (rest.size > 0) await this.#open(rest);',
        replace: 'void rest;',
      },
    ],
  },
  {
    name: 'birth swallows the event',
    breaks: 'the event that starts an actor is not given to it',
    world: 'trips',
    patches: [
      { file: 'src/runtime/first-step.ts', find: 'takesEnvelope: false', replace: 'takesEnvelope: true' },
    ],
  },
  {
    name: 'overtaken delivery wins',
    breaks: 'an older delivery of a task stops the newer one',
    world: 'trips',
    patches: [
      {
        file: worker,
        find: 'if (!delivery.isLent()) return events',
        replace: 'if (delivery.deliveryCount < 0) return events',
      },
    ],
  },
  {
    name: 'near mark forgotten at once',
    breaks: 'the mark of an actor goes while an attempt of it still runs near',
    world: 'orders',
    patches: [
      {
        file: 'src/runtime/near-marks.ts',
        find: 'if (!step.isNear) return this.#forget(actor, mark);',
        replace: 'this.#forget(actor, mark);',
      },
    ],
  },
  {
    name: 'drain acknowledges',
    breaks: 'a worker that leaves takes its unfinished attempts with it',
    world: 'trips',
    patches: [
      { file: worker, find: "if (end.why === 'draining') throw attempt.fired?.reason;", replace: '' },
    ],
  },
  {
    name: 'last in, first out',
    breaks: 'entries of an actor are applied in the wrong order',
    world: 'trips',
    patches: [
      {
        file: actors,
        find: 'activation.waiting.push({ entry, delivery:',
        replace: 'activation.waiting.unshift({ entry, delivery:',
      },
    ],
  },
  {
    name: 'lost effect',
    breaks: 'the second effect of a step is not stored',
    world: 'trips',
    patches: [
      {
        file: 'src/runtime/commit-encoding.ts',
        find: 'if (part) parts.push(part);',
        replace: 'if (part && index !== 1) parts.push(part);',
      },
    ],
  },
  {
    name: 'effect named after the wrong step',
    breaks: 'what leaves does not say which step it comes from',
    world: 'trips',
    patches: [
      {
        file: 'src/runtime/commit-encoding.ts',
        find: 'step: commit.record.step,',
        replace: 'step: commit.record.step + 1,',
      },
    ],
  },
  {
    name: 'direct asks are not remembered',
    breaks: 'an ask whose answer was lost is applied again when it comes by the ingress',
    world: 'orders',
    patches: [
      {
        file: 'src/runtime/kernel/asked.ts',
        find: 'if (isDecided(asked, envelope) || !haveRoom(asked, [envelope], nowMs)) return asked;',
        replace: 'if (nowMs > 0) return asked;',
      },
    ],
  },
  {
    name: 'direct asks of any number of clients',
    breaks: 'an ask is taken although nobody can remember it',
    world: 'orders',
    patches: [
      {
        file: 'src/runtime/direct-deliveries.ts',
        find: 'if (haveRoom(asked, envelopes, by.clock.nowMs())) return false;',
        replace: 'if (envelopes.length > 0) return false;',
      },
    ],
  },
  {
    name: 'nobody knows whose start it was',
    breaks: 'a start whose answer was lost is told that somebody else has the address',
    world: 'orders',
    patches: [
      {
        file: 'src/runtime/first-step.ts',
        find: '...(replyTo === undefined ? {} : { startedBy: envelope.id }),',
        replace: '...(replyTo === undefined ? {} : { startedBy: `${envelope.id}?` }),',
      },
    ],
  },
  {
    name: 'silence is taken for a refusal',
    breaks: 'an ask without an answer comes by the ingress as if it were another one',
    world: 'orders',
    patches: [
      {
        file: 'src/runtime/direct-asker.ts',
        find: 'const answer = await stored.ask(envelope, leftMs(STORED_MS));',
        replace:
          'const { asker: _asker, ...other } = envelope as Event;\n    const answer = await stored.ask(other, leftMs(STORED_MS));',
      },
    ],
  },
  {
    name: 'all answers count as known',
    breaks: 'an ask that is still open is below the number from which the client awaits answers',
    world: 'orders',
    patches: [
      {
        file: 'src/runtime/direct-asker.ts',
        find: 'below: lowest?.[0] ?? number',
        replace: 'below: number',
      },
    ],
  },
];
