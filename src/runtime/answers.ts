/** What a waiting requester hears of its envelope, once that is decided for ever. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Answer } from '#contracts/answer.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Effect } from './effects.ts';
import type { Replies } from './ports.ts';

/** `record` is the one the envelope was applied to, absent when there is none; `reason` is set when it was refused. */
export type Decided = { record?: ActorRecord; reason?: string; effects?: readonly Effect[] };

export function answer(replies: Replies, envelope: Envelope, decided: Decided): void {
  if (!('replyTo' in envelope) || envelope.replyTo === undefined) return;
  replies.reply(envelope.replyTo, answerOf(envelope, decided));
}

function answerOf(envelope: Envelope, decided: Decided): Answer {
  const { record } = decided;
  const emitted = (decided.effects ?? []).flatMap((effect) => (effect.kind === 'emit' ? [effect.event] : []));
  return {
    ...outcomeOf(envelope, decided),
    ...(record && {
      status: record.status,
      step: record.step,
      value: record.state.value,
      output: record.state.output,
      error: record.state.error,
    }),
    ...(emitted.length === 0 ? {} : { emitted }),
  };
}

function outcomeOf(
  envelope: Envelope,
  { record, reason }: Decided,
): Pick<Answer, 'outcome' | 'reason' | 'existing' | 'repeated'> {
  if (reason === undefined) {
    const stalled = envelope.kind === 'resume' ? record?.stalled : undefined;
    // it looked again, and still nobody has its definition
    return stalled
      ? { outcome: 'refused', reason: `${stalled.code}: ${stalled.reason}` }
      : { outcome: 'applied' };
  }
  if (reason === 'repeated') return { outcome: 'applied', repeated: true };
  if (envelope.kind === 'start' && record !== undefined) {
    if (record.startedBy === envelope.id) return { outcome: 'applied', repeated: true };
    if (envelope.onConflict === 'use-existing') return { outcome: 'applied', existing: true };
    return {
      outcome: 'refused',
      reason: `ACTOR_EXISTS: ${record.address} exists already (${record.status})`,
    };
  }
  return { outcome: 'refused', reason };
}
