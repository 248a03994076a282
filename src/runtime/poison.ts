/** An envelope that no step can be made with, and the actor that cannot go on because of it. Pure. */
import type { ActorRecord, Stall } from '#contracts/actor-record.ts';
import { isDraining } from './kernel/actor-control.ts';
import type { Delivery } from './kernel/kernel.ts';
import type { LogEntry } from './ports.ts';
import { RuntimeError } from './runtime-error.ts';

const CHARS_MAX = 2_000;

/** The envelope that is to blame: the first of what was kept, or the first that waits. */
export function suspectOf(record: ActorRecord, waiting: Delivery | undefined): Delivery | undefined {
  return record.status === 'active' && isDraining(record) ? record.held?.[0] : waiting;
}

/** Why the actor stands still, and what a person can do. */
export function stallBy(record: ActorRecord, error: unknown): Omit<Stall, 'sinceMs'> {
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: codeOf(error),
    reason: `A step could not be made with an envelope, several times: ${message}`.slice(0, CHARS_MAX),
    remedy:
      `Mend what fails (the machine, its view, or the envelope's sender) and run the mended version. Then ` +
      `'windlass actor resume ${record.address}'. The envelope is parked: 'windlass dead ls' names it, and ` +
      `'windlass dead redrive' sends it again.`,
  };
}

function codeOf(error: unknown): string {
  if (error instanceof RuntimeError) return error.code;
  return error instanceof Error && error.name === 'ZodError' ? 'STEP_INVALID' : 'STEP_FAILED';
}

/** The entry of an envelope that was read long ago and kept since. */
export function entryOf({ log, sequence, envelope }: Delivery, partition: number): LogEntry {
  return { log, partition, sequence, envelope, raw: JSON.stringify(envelope) };
}
