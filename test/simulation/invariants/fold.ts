/** Makes a step again from the record before it and the log, in every order that two logs allow. */
import { isDeepStrictEqual } from 'node:util';
import type { ActorRecord } from '#contracts/actor-record.ts';
import { partsOf } from '#contracts/address.ts';
import { withoutStall } from '#runtime/definition-stall.ts';
import { isDecided } from '#runtime/kernel/asked.ts';
import { hear } from '#runtime/kernel/heard.ts';
import type { Delivery } from '#runtime/kernel/kernel.ts';
import { originOf, sharedKernel } from '../engine/shared-kernel.ts';
import type { Evidence } from './evidence.ts';
import { indexOf, isParked, type Entry, type Step } from './evidence-index.ts';

const LOGS: readonly Entry['log'][] = ['mailbox', 'ingress'];

/** What differs; null when it is the same, or nobody can say in which order two logs were read. */
export function foldDiffers(
  evidence: Evidence,
  { before, step }: { before: Step; step: Step },
): string | null {
  const { type } = partsOf(step.address);
  const definition = evidence.definitions.find(
    (candidate) => candidate.type === type && candidate.version === before.record.definition.version,
  );
  if (!definition) return null;
  const index = indexOf(evidence);
  const taken = (index.entries.get(step.address) ?? []).filter(
    (entry) =>
      entry.sequence > before.record.applied[entry.log] &&
      entry.sequence <= step.record.applied[entry.log] &&
      !isParked(index, entry),
  );
  if (wasMadeFrom(step.record, { before, taken, asked: index.asked })) return null;
  const orders = ordersOf(taken);
  const registered = sharedKernel.register(definition);
  let difference: string | null = null;
  for (const order of orders) {
    const { record } = sharedKernel.step(registered, before.record, {
      deliveries: order.map(deliveryOf),
      nowMs: step.record.updatedAtMs,
    });
    difference = differenceOf(record, step.record);
    if (difference === null) return null;
  }
  const isCertain = new Set(taken.map(({ log }) => log)).size <= 1;
  return isCertain ? difference : null;
}

/**
 * Whether this kernel made the record from just this record and these entries, in the order of each log: it is pure,
 * so making the step again would show nothing.
 */
function wasMadeFrom(
  record: ActorRecord,
  args: { before: Step; taken: readonly Entry[]; asked: ReadonlySet<string> },
): boolean {
  const { before, taken, asked } = args;
  const origin = originOf(record);
  if (origin === undefined || !origin.deliveries.every((delivery) => isKnown(delivery, asked))) return false;
  if (!isSameRecord(origin.before, before) || !isMade(record, origin.made)) return false;
  // what comes again may have been passed over without a step
  const isNews = (one: Delivery): boolean =>
    !isDecided(before.record.asked ?? {}, one.envelope) && hear(before.record, one) !== null;
  return LOGS.every((log) => {
    const read = origin.deliveries.filter((one) => one.log === log && one.direct !== true && isNews(one));
    const stored = taken.filter((entry) => entry.log === log && isNews(entry));
    return (
      read.length === stored.length &&
      read.every(
        ({ sequence, envelope }, place) =>
          sequence === stored[place]?.sequence && JSON.stringify(envelope) === stored[place]?.raw,
      )
    );
  });
}

/** Whoever commits a step adds which of its attempts run near, and nothing else. */
function isMade(record: ActorRecord, made: ActorRecord): boolean {
  const { activities, ...rest } = record;
  const others = new Map<string, unknown>(Object.entries(made));
  const isShared = Object.entries(rest).every(([name, value]) => others.get(name) === value);
  return isShared && isDeepStrictEqual(withoutNear(activities), withoutNear(made.activities));
}

function withoutNear(activities: ActorRecord['activities']): ActorRecord['activities'] {
  return Object.fromEntries(
    Object.entries(activities).map(([childId, { near: _near, ...activity }]) => [childId, activity]),
  );
}

/** From a log, or handed over and stored with the step that takes it: a near task's result, or a direct ask. */
function isKnown({ direct, envelope }: Delivery, asked: ReadonlySet<string>): boolean {
  return direct !== true || envelope.kind === 'activity-result' || asked.has(envelope.id);
}

/** A node makes steps from the record it stored, without the mark of a stall that may be over, or from a loaded one. */
function isSameRecord(record: ActorRecord, { record: other, stored }: Step): boolean {
  const [members, others] = [Object.entries(record), new Map(Object.entries(withoutStall(other)))];
  const isShared =
    members.length === others.size && members.every(([name, value]) => others.get(name) === value);
  return isShared || JSON.stringify(record) === stored;
}

function deliveryOf({ envelope, log, sequence }: Entry): Delivery {
  return { envelope, log, sequence };
}

function ordersOf(entries: readonly Entry[]): Entry[][] {
  const of = (log: Entry['log']): Entry[] =>
    entries.filter((entry) => entry.log === log).toSorted((a, b) => a.sequence - b.sequence);
  const [mailbox, ingress] = [of('mailbox'), of('ingress')];
  if (mailbox.length === 0 || ingress.length === 0) return [[...mailbox, ...ingress]];
  return [[...mailbox, ...ingress], [...ingress, ...mailbox], [...entries]];
}

/** `heard` may know of repetitions that were refused without a step, and so may the alarm of a wake without one. */
function differenceOf(folded: ActorRecord, stored: ActorRecord): string | null {
  for (const part of ['status', 'state', 'children', 'timers', 'activities', 'sequence'] as const) {
    const [wanted, found] = [textOf(folded, part), textOf(stored, part)];
    if (wanted === found || isDeepStrictEqual(JSON.parse(wanted), JSON.parse(found))) continue;
    return `${part} is ${found.slice(0, 200)} instead of ${wanted.slice(0, 200)}`;
  }
  return null;
}

type Part = 'status' | 'state' | 'children' | 'timers' | 'activities' | 'sequence';

function textOf(record: ActorRecord, part: Part): string {
  return JSON.stringify(part === 'activities' ? withoutNear(record.activities) : record[part]);
}
