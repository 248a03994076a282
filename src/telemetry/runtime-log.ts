/** Turns what a node tells about itself into log lines. */
import type { ActivityTask } from '#contracts/activity-task.ts';
import { partsOf } from '#contracts/address.ts';
import type { RuntimeEvents } from '#runtime/runtime-events.ts';
import type { Log } from './log.ts';

export function runtimeLog(log: Log): RuntimeEvents {
  return {
    committed: ({ record, effects }) => {
      const { type, id, root } = partsOf(record.address);
      log.debug({ type, id, root, step: record.step, value: record.state.value }, 'step committed');
      for (const effect of effects) {
        if (effect.kind === 'log')
          log.info({ type, id, root, label: effect.label, value: effect.value }, 'actor says');
      }
      if (record.status === 'error')
        log.error({ type, id, root, failure: record.state.error }, 'actor failed');
    },
    refused: ({ envelope, reason }) =>
      log.debug({ to: envelope.to, envelope: envelope.id, kind: envelope.kind, reason }, 'envelope refused'),
    parked: ({ entry, reason }) =>
      log.warn({ partition: entry.partition, sequence: entry.sequence, reason }, 'parked'),
    unhandled: ({ address, types, record }) =>
      log.warn({ address, types, count: record.unhandled?.count }, 'events that no state takes'),
    stalled: ({ address, stall }) =>
      log.error({ address, code: stall.code, reason: stall.reason, remedy: stall.remedy }, 'actor stalled'),
    largeRecord: ({ address, sizeChars, sizeCharsMax }) =>
      log.warn(
        { address, sizeChars, sizeCharsMax },
        'large record: every step stores it whole; keep large payloads elsewhere and store a reference',
      ),
    failed: ({ address, error }) => log.warn({ address, err: error }, 'will be tried again'),
    partitionsChanged: ({ owned, took, dropped }) =>
      log.info({ owned: owned.length, took: took.length, dropped: dropped.length }, 'partitions changed'),
    attemptStarted: ({ task, deliveryCount, waitedMs }) =>
      log.debug({ ...attemptOf(task), deliveryCount, waitedMs }, 'attempt started'),
    attemptEnded: ({ task, failure, durationMs }) =>
      log.debug({ ...attemptOf(task), durationMs, failure }, 'attempt ended'),
    attemptDeferred: ({ task, asyncUntilMs }) =>
      log.info(
        { ...attemptOf(task), until: new Date(asyncUntilMs).toISOString() },
        'attempt ended, its result comes by token',
      ),
    attemptDropped: ({ task, reason }) => log.info({ ...attemptOf(task), reason }, 'attempt dropped'),
    attemptStillRunning: ({ task, graceMs }) =>
      log.warn(
        { ...attemptOf(task), graceMs },
        'the code of an attempt goes on after its time to clean up; its slot is given away',
      ),
  };
}

function attemptOf(task: ActivityTask) {
  return { activity: task.name, queue: task.queue, actor: task.actor, attempt: task.attempt };
}
