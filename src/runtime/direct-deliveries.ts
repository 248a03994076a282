/** Envelopes that are handed over to an actor's owner instead of being stored first: a near activity's results. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { settle, type Activation } from './activations.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { Registry } from './registry.ts';
import { chooseVersion } from './version-choice.ts';

/** What is handed over has no place in a log: it is for an actor that this node itself steps, now. */
export function takesDirect(by: { kernel: Kernel; registry: Registry }, record: ActorRecord): boolean {
  const isHalted = record.stalled !== undefined || record.paused !== undefined || record.held !== undefined;
  return !isHalted && chooseVersion(by, record).kind === 'keeps';
}

/** Leaves what was handed over to the ingress. True when there was any. */
export function decline(activation: Activation): boolean {
  const direct = activation.waiting.filter((waiting) => !('entry' in waiting));
  for (const waiting of direct) settle(waiting, false);
  activation.waiting = activation.waiting.filter((waiting) => 'entry' in waiting);
  return direct.length > 0;
}
