/** What a waiting requester hears of its envelope, once that is decided for ever. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Replies } from './ports.ts';

/** `record` is the one the envelope was applied to, absent when there is none; `reason` is set when it was refused. */
export function answer(
  replies: Replies,
  envelope: Envelope,
  args: { record?: ActorRecord; reason?: string },
): void {
  const replyTo = 'replyTo' in envelope ? envelope.replyTo : undefined;
  if (!replyTo) return;
  const { record, reason } = args;
  replies.reply(replyTo, {
    outcome: reason === undefined ? 'applied' : 'refused',
    ...(reason === undefined ? {} : { reason }),
    ...(record === undefined ? {} : { status: record.status, step: record.step }),
  });
}
