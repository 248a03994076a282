/** Envelopes that are handed over to an actor's owner instead of being stored first: results of near activities, direct asks. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { partsOf } from '#contracts/address.ts';
import { settle, type Activation, type Waiting } from './activations.ts';
import { isReplacement } from './first-step.ts';
import { ASKER_FORGOTTEN_AFTER_MS, haveRoom, isKnownAsker } from './kernel/asked.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { Clock } from './ports.ts';
import type { Registry } from './registry.ts';
import { chooseVersion } from './version-choice.ts';

/** What is handed over has no place in a log: it is for an actor that this node itself steps, now. */
function takesDirect(by: { kernel: Kernel; registry: Registry }, record: ActorRecord): boolean {
  const isHalted = record.stalled !== undefined || record.paused !== undefined || record.held !== undefined;
  return !isHalted && chooseVersion(by, record).kind === 'keeps';
}

/**
 * Whether a start may come again, for want of an answer, when the record of the actor that it made is gone: then nobody
 * knows that it was this one's. So it is where nothing is known of how long such records are kept.
 */
function mayBeForgotten(registry: Registry, { delivery }: Waiting): boolean {
  const { kind, to } = delivery.envelope;
  if (kind !== 'start') return false;
  const newest = registry.newest(partsOf(to).type);
  if (newest === undefined) return true;
  const { retentionMs = Infinity } = newest.definition;
  return retentionMs < ASKER_FORGOTTEN_AFTER_MS;
}

/** Leaves to the ingress what this record cannot take directly; says whether that was something. */
export function declineUnfit(
  activation: Activation,
  by: { kernel: Kernel; registry: Registry; clock: Clock },
  record: ActorRecord | undefined,
): boolean {
  if (!activation.waiting.some(isDirect)) return false;
  const watermark = record?.applied.ingress ?? 0;
  if (decline(activation, (waiting) => 'after' in waiting && waiting.after > watermark)) return true;
  if (record === undefined) return decline(activation, (one) => mayBeForgotten(by.registry, one));
  if (decline(activation, ({ delivery }) => isReplacement(record, delivery.envelope))) return true;
  if (!takesDirect(by, record)) return decline(activation);
  const { asked = {} } = record;
  // all of them, because they may be applied in one step
  const envelopes = activation.waiting.map(({ delivery }) => delivery.envelope);
  if (haveRoom(asked, envelopes, by.clock.nowMs())) return false;
  return decline(activation, ({ delivery }) => !isKnownAsker(asked, delivery.envelope));
}

/** Leaves what was handed over, or some of it, to the ingress; says whether that was something. */
export function decline(
  activation: Activation,
  isUnfit: (waiting: Waiting) => boolean = () => true,
): boolean {
  const unfit = new Set(activation.waiting.filter((waiting) => isDirect(waiting) && isUnfit(waiting)));
  for (const waiting of unfit) settle(waiting, false);
  activation.waiting = activation.waiting.filter((waiting) => !unfit.has(waiting));
  return unfit.size > 0;
}

function isDirect(waiting: Waiting): boolean {
  return !('entry' in waiting);
}
