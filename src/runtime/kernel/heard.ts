/**
 * What an actor has heard from others over the ingress: after a crash a relay may pass on again what it had passed on
 * before, and then the sender's own numbering tells that it is nothing new.
 *
 * An envelope's id is `<sender>@<step>.<effect>`, with `~<life>` behind it; a sender's envelopes to one receiver arrive in
 * that order. An actor that starts when the record of an earlier one of its address is gone counts from 1 again, in
 * another life. Only the most recent senders are remembered: a repetition comes within moments, or not at all.
 */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Address } from '#contracts/address.ts';
import type { Delivery } from './kernel.ts';

export type Heard = Pick<ActorRecord, 'heard' | 'heardLives'>;

const SENDERS_MAX = 128;
const NUMBERED = /@(\d+)\.(\d+)(?:~(\d+))?$/;

/** Null when it was heard before; otherwise what is heard with it. Mailbox entries are never repeated by a relay. */
export function hear(before: Heard, { envelope, log }: Delivery): Heard | null {
  if (log !== 'ingress' || !('from' in envelope) || envelope.from === undefined) return before;
  const { from } = envelope;
  const numbers = NUMBERED.exec(envelope.id);
  if (!numbers || envelope.id !== `${from}${numbers[0]}`) return before;
  const [step, effect] = [Number(numbers[1]), Number(numbers[2])];
  const life = numbers[3] === undefined ? undefined : Number(numbers[3]);
  const { heard = {}, heardLives = {} } = before;
  const isOtherLife = life !== undefined && life !== heardLives[from];
  const [lastStep, lastEffect] = (isOtherLife ? undefined : heard[from]) ?? [-1, -1];
  if (step < lastStep || (step === lastStep && effect <= lastEffect)) return null;
  const lives = life === undefined ? heardLives : recent(heardLives, from, life);
  return {
    heard: recent(heard, from, [step, effect]),
    ...(Object.keys(lives).length === 0 ? {} : { heardLives: lives }),
  };
}

/** The sender's entry as the newest one, and the oldest one gone when there are too many. */
function recent<T>(entries: Record<Address, T>, sender: Address, entry: T): Record<Address, T> {
  const { [sender]: _before, ...others } = entries;
  return { ...Object.fromEntries(Object.entries(others).slice(-(SENDERS_MAX - 1))), [sender]: entry };
}
