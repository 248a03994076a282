/**
 * Which direct asks an actor has decided. A client that got no answer asks again by the ingress: then the record tells
 * whether the first one was applied.
 *
 * Each ask says below which number its client knows all answers, so a record holds only what may still come again: of a
 * client that waits for each answer, one number. After RIFL ("Implementing Linearizability at Large Scale and Low
 * Latency", SOSP 2015).
 */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Envelope } from '#contracts/envelope.ts';

export type Asked = NonNullable<ActorRecord['asked']>;

/** Clients that a record remembers. Others ask by the ingress until one of these is forgotten. */
export const ASKERS_MAX = 16;
/** An ask comes again within seconds, or not at all; what is read late in the ingress has this long. */
export const ASKER_FORGOTTEN_AFTER_MS = 600_000;

/** Whether the ask was decided before. */
export function isDecided(asked: Asked, envelope: Envelope): boolean {
  return knownAs(asked, envelope) !== undefined;
}

/** What became of an ask that comes again; undefined when it was not decided, as far as is known. */
export function knownAs(asked: Asked, envelope: Envelope): 'applied' | 'refused' | undefined {
  if (envelope.kind !== 'event' || envelope.asker === undefined) return undefined;
  const { client, number } = envelope.asker;
  const known = asked[client];
  if (known === undefined || (number >= known.below && !known.decided.includes(number))) return undefined;
  return known.refused?.includes(number) ? 'refused' : 'applied';
}

/** Whether the actor knows the client of an ask; true for what is no direct ask. */
export function isKnownAsker(asked: Asked, envelope: Envelope): boolean {
  const client = clientOf(envelope);
  return client === undefined || asked[client] !== undefined;
}

/** Whether decisions on all of these can be remembered. */
export function haveRoom(asked: Asked, envelopes: readonly Envelope[], nowMs: number): boolean {
  if (envelopes.every((envelope) => isKnownAsker(asked, envelope))) return true;
  const clients = new Set(envelopes.flatMap((envelope) => clientOf(envelope) ?? []));
  const added = [...clients].filter((client) => asked[client] === undefined);
  const kept = Object.entries(asked).filter(
    ([client, { atMs }]) => clients.has(client) || atMs + ASKER_FORGOTTEN_AFTER_MS > nowMs,
  );
  return kept.length + added.length <= ASKERS_MAX;
}

/** With the ask as decided; unchanged when it is not one, or there is no room. */
export function withDecided(
  asked: Asked,
  envelope: Envelope,
  { isRefused, nowMs }: { isRefused: boolean; nowMs: number },
): Asked {
  if (envelope.kind !== 'event' || envelope.asker === undefined) return asked;
  if (isDecided(asked, envelope) || !haveRoom(asked, [envelope], nowMs)) return asked;
  const { client, number, below } = envelope.asker;
  const { [client]: known, ...others } = asked;
  const from = Math.max(below, known?.below ?? 1);
  const recent = (numbers: readonly number[] = []): number[] => numbers.filter((one) => one >= from);
  const refused = recent([...(known?.refused ?? []), ...(isRefused ? [number] : [])]);
  return {
    ...withRoom(Object.entries(others)),
    [client]: {
      below: from,
      decided: recent([...(known?.decided ?? []), number]),
      ...(refused.length === 0 ? {} : { refused }),
      atMs: nowMs,
    },
  };
}

/** Without the oldest one when all places are taken. */
function withRoom(others: [string, Asked[string]][]): Asked {
  if (others.length < ASKERS_MAX) return Object.fromEntries(others);
  const oldest = others.reduce((first, other) => (other[1].atMs < first[1].atMs ? other : first));
  return Object.fromEntries(others.filter((other) => other !== oldest));
}

function clientOf(envelope: Envelope): string | undefined {
  return envelope.kind === 'event' ? envelope.asker?.client : undefined;
}
