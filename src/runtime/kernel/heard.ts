/**
 * What an actor has heard from others over the ingress: after a crash a relay may pass on again what it had passed on
 * before, and then the sender's own numbering tells that it is nothing new.
 *
 * An envelope's id is `<sender>@<step>.<effect>`; a sender's envelopes to one receiver arrive in that order. Only the
 * most recent senders are remembered: a repetition comes within moments, or not at all.
 */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Delivery } from './kernel.ts';

export type Heard = NonNullable<ActorRecord['heard']>;

const SENDERS_MAX = 128;
const NUMBERED = /@(\d+)\.(\d+)$/;

/** Null when it was heard before; otherwise what is heard with it. Mailbox entries are never repeated by a relay. */
export function hear(heard: Heard, { envelope, log }: Delivery): Heard | null {
  if (log !== 'ingress' || !('from' in envelope) || envelope.from === undefined) return heard;
  const numbers = NUMBERED.exec(envelope.id);
  if (!numbers || envelope.id !== `${envelope.from}${numbers[0]}`) return heard;
  const step = Number(numbers[1]);
  const effect = Number(numbers[2]);
  const [lastStep, lastEffect] = heard[envelope.from] ?? [-1, -1];
  if (step < lastStep || (step === lastStep && effect <= lastEffect)) return null;
  const { [envelope.from]: _before, ...others } = heard;
  const recent = Object.entries(others).slice(-(SENDERS_MAX - 1));
  return { ...Object.fromEntries(recent), [envelope.from]: [step, effect] };
}
