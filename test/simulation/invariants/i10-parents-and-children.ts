/** I10: parents and children agree about who lives. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Evidence, Invariant } from './evidence.ts';
import { isAction } from '#runtime/kernel/custom-actions.ts';
import { indexOf, type Entry, type Step } from './evidence-index.ts';

export const parentsAndChildren: Invariant = {
  id: 'I10',
  title: 'parent and child agree: who ended is known, who is wanted lives, who is not does not',
  check: (evidence) => {
    const index = indexOf(evidence);
    const found: string[] = [];
    for (const [address, record] of evidence.records)
      found.push(...asChild(address, { record, evidence }), ...asParent(address, { record, evidence }));
    for (const [address, steps] of index.steps) {
      found.push(
        ...leavings(address, { steps, entries: index.entries.get(address) ?? [] }),
        ...steps.flatMap((step) => inDisagreement(step)),
      );
      found.push(...stopsIgnored(address, { steps, entries: index.entries.get(address) ?? [] }));
    }
    return found;
  },
};

type One = { record: ActorRecord; evidence: Evidence };

function asChild(address: Address, { record, evidence }: One): string[] {
  if (!record.parent) return [];
  const parent = evidence.records.get(record.parent.address);
  const known = parent?.children[record.parent.childId];
  const isMine = known?.address === address;
  if (!parent) return [`${address} has a parent that does not exist`];
  if (record.status === 'active')
    return parent.status !== 'active' || !isMine
      ? [`${address} lives although its parent does not want it`]
      : [];
  const isUnknown = record.status !== 'stopped' && isMine && parent.status === 'active' && !known.finished;
  return isUnknown ? [`${address} ended and its parent does not know`] : [];
}

function asParent(address: Address, { record, evidence }: One): string[] {
  if (record.status !== 'active') return [];
  return Object.entries(record.children).flatMap(([childId, child]) => {
    if (child.kind !== 'actor' || child.address === undefined) return [];
    const other = evidence.records.get(child.address);
    if (!other) return [`${address} waits for its child '${childId}', which does not exist`];
    return child.finished && other.status === 'active'
      ? [`${address} takes its child '${childId}' for ended, but it lives`]
      : [];
  });
}

/** A child that is left before its end is told so, once; one that ended is told nothing. */
function leavings(
  address: Address,
  { steps, entries }: { steps: readonly Step[]; entries: readonly Entry[] },
): string[] {
  // The child's end may be what the step is about that leaves it.
  const isEndTaken = (step: Step, child: Address): boolean =>
    entries.some(
      ({ envelope, log, sequence }) =>
        sequence <= step.record.applied[log] && isEnd(envelope) && envelope.from === child,
    );
  const isAboutEndOf = (
    step: Step,
    { before, child }: { before: Step | undefined; child: Address },
  ): boolean => {
    const taken = entries.filter(
      ({ log, sequence }) =>
        sequence > (before?.record.applied[log] ?? 0) && sequence <= step.record.applied[log],
    );
    return taken.length === 1 && taken.every(({ envelope }) => isEnd(envelope) && envelope.from === child);
  };
  const found: string[] = [];
  const stopped = new Set<Address>();
  steps.forEach((step, place) => {
    const before = steps[place - 1]?.record.children ?? {};
    const stops = step.effects.flatMap((effect) => (effect.kind === 'stop-actor' ? [effect.to] : []));
    for (const to of stops) {
      if (stopped.has(to)) found.push(`${address} stopped ${to} twice`);
      stopped.add(to);
    }
    for (const child of Object.values(before)) {
      if (child.kind !== 'actor' || child.address === undefined) continue;
      const isLeft = !Object.values(step.record.children).some((other) => other.address === child.address);
      if (child.finished && stops.includes(child.address))
        found.push(`${address} stopped ${child.address}, which had ended`);
      if (
        stops.includes(child.address) &&
        isAboutEndOf(step, { before: steps[place - 1], child: child.address })
      )
        found.push(`${address} stopped ${child.address} because it ended`);
      if (!isLeft || child.finished || (child.closePolicy ?? 'terminate') !== 'terminate') continue;
      if (!stops.includes(child.address) && !isEndTaken(step, child.address))
        found.push(`${address} left ${child.address} and did not stop it`);
    }
  });
  return found;
}

function isEnd(envelope: Envelope): envelope is Extract<Envelope, { kind: 'event' }> {
  return envelope.kind === 'event' && /^xstate\.(done|error)\.actor\./.test(envelope.event.type);
}

/** An activity that is open has a child that is not finished. */
function inDisagreement({ address, record }: Step): string[] {
  return Object.entries(record.activities).flatMap(([childId, { birth }]) => {
    if (isAction(childId)) return [];
    const child = record.children[childId];
    return child && child.birth === birth && !child.finished
      ? []
      : [`${address} step ${record.step} has the activity '${childId}' open although it took its result`];
  });
}

function stopsIgnored(
  address: Address,
  { steps, entries }: { steps: readonly Step[]; entries: readonly Entry[] },
): string[] {
  return entries.flatMap(({ envelope, log, sequence }) => {
    if (envelope.kind !== 'stop') return [];
    const step = steps.find(({ record }) => record.applied[log] >= sequence);
    return step?.record.status === 'active' ? [`${address} was stopped and goes on`] : [];
  });
}
