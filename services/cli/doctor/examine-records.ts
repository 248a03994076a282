/** Actors whose record is large, or grows to be: each step stores it whole, and at the hard limit the actor ends. */
import type { Bus } from '#bus/connect.ts';
import type { StreamSurvey } from '#bus/stream-survey.ts';
import { STREAM } from '#contracts/subjects.ts';
import type { Topology } from '#contracts/topology.ts';
import { scanViews } from '#runtime/jetstream/jetstream-record-scan.ts';
import { RECORD_CHARS_MAX, RECORD_CHARS_SOFT_MAX } from '#runtime/kernel/finish-step.ts';
import type { Finding } from './finding.ts';

/** From here on an actor is near the soft limit. */
const NEAR_BYTES = RECORD_CHARS_SOFT_MAX * 0.75;
const NAMED_MAX = 5;
/** More records are looked at only when that is asked for: it takes a while. */
const RECORDS_MAX = 100_000;

export type RecordSize = { address: string; sizeBytes: number };

/** Sizes of the records of living actors that are near the soft limit, or over it; null when there are too many records. */
export async function readRecordSizes(
  args: { bus: Bus; topology: Topology; service: string },
  { survey, isAsked }: { survey: readonly StreamSurvey[]; isAsked: boolean },
): Promise<RecordSize[] | null> {
  const { service, topology } = args;
  const shards = Array.from({ length: topology.shards }, (_, shard) => STREAM.core(service, shard));
  const messages = survey
    .filter(({ name }) => shards.includes(name))
    .reduce((sum, stream) => sum + stream.messages, 0);
  if (messages > RECORDS_MAX && !isAsked) return null;
  const found: RecordSize[] = [];
  await scanViews(args, service, ({ status, address }, sizeBytes) => {
    if (status === 'active' && sizeBytes >= NEAR_BYTES) found.push({ address, sizeBytes });
  });
  return found;
}

export function examineRecords(service: string, sizes: readonly RecordSize[] | null): Finding {
  const check = `records of ${service}`;
  if (sizes === null) {
    return {
      check,
      verdict: 'unknown',
      detail: `more than ${RECORDS_MAX} messages: their sizes were not looked at`,
      remedy: 'Look at all of them, which takes a while: windlass doctor --records',
    };
  }
  if (sizes.length === 0)
    return { check, verdict: 'ok', detail: `none is near the soft limit of ${kib(RECORD_CHARS_SOFT_MAX)}` };
  const largest = sizes.toSorted((left, right) => right.sizeBytes - left.sizeBytes);
  const over = sizes.filter(({ sizeBytes }) => sizeBytes > RECORD_CHARS_SOFT_MAX).length;
  const named = largest
    .slice(0, NAMED_MAX)
    .map(({ address, sizeBytes }) => `${address} ${kib(sizeBytes)}`)
    .join(', ');
  const more = largest.length > NAMED_MAX ? `, and ${largest.length - NAMED_MAX} more` : '';
  return {
    check,
    verdict: 'warn',
    detail: `${over} over the soft limit of ${kib(RECORD_CHARS_SOFT_MAX)}, ${sizes.length - over} near it: ${named}${more}`,
    remedy:
      `Keep large values out of the context (largeOutput, a reference), or what the actor waits for short; ` +
      `at ${kib(RECORD_CHARS_MAX)} it ends. What an actor on hold has kept counts here, but not for its end.`,
  };
}

function kib(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
