/** The book of names of one cluster, and the pure rules by which it is kept. */
import { z } from 'zod';
import { Address } from '#contracts/address.ts';
import type { Failure } from '#contracts/failure.ts';
import { nextServerGroupName, serverGroupNameOf, type NamedAt } from './frigga.ts';

export const ReserveName = z.object({
  type: z.literal('names.reserve'),
  /** Address of the operation that asks: the answer goes there. */
  operation: Address,
  /** Tells several reservations of one operation apart. */
  key: z.string(),
  cluster: z.string().min(1),
  /** What the cloud has, as the operation saw it. */
  existing: z.array(z.object({ name: z.string(), createdAtMs: z.number() })),
  /** Wants exactly this number. */
  sequence: z.number().int().min(0).max(999).optional(),
});
export type ReserveName = z.infer<typeof ReserveName>;

export const ReleaseName = z.object({
  type: z.literal('names.release'),
  operation: Address,
  key: z.string(),
});
export type ReleaseName = z.infer<typeof ReleaseName>;

export type NameAnswer =
  | { type: 'names.reserved'; key: string; name: string }
  | { type: 'names.refused'; key: string; failure: Failure };

export type NameBook = {
  /** Reservations of running operations. */
  held: Record<string, NamedAt>;
  /** Names of ended operations, oldest first: not issued again for a long while, even when the cloud lost them. */
  issued: NamedAt[];
};

/** Ended reservations that are remembered. Far below a thousand, so that numbers can wrap. */
export const ISSUED_COUNT_MAX = 100;

/** Reserves a name. The same operation and key always get the same answer while the reservation is held. */
export function reserve(
  book: NameBook,
  request: ReserveName,
  nowMs: number,
): { book: NameBook; answer: NameAnswer } {
  const { cluster, key, sequence } = request;
  const holder = holderOf(request);
  const already = book.held[holder];
  if (already) return { book, answer: { type: 'names.reserved', key, name: already.name } };

  const ours = [...Object.values(book.held), ...book.issued];
  const taken = [...request.existing, ...ours];
  const name =
    sequence === undefined
      ? nextServerGroupName(cluster, taken)
      : freeName(serverGroupNameOf(cluster, sequence), taken);
  if (name === null) return { book, answer: { type: 'names.refused', key, failure: refusal(request) } };
  const held = { ...book.held, [holder]: { name, createdAtMs: nowMs } };
  return { book: { ...book, held }, answer: { type: 'names.reserved', key, name } };
}

/** Ends a reservation, whatever came of it. Unknown reservations are ignored. */
export function release(book: NameBook, request: ReleaseName): NameBook {
  const holder = holderOf(request);
  const reservation = book.held[holder];
  if (!reservation) return book;
  const held = Object.fromEntries(Object.entries(book.held).filter(([other]) => other !== holder));
  return { held, issued: [...book.issued, reservation].slice(-ISSUED_COUNT_MAX) };
}

function holderOf({ operation, key }: { operation: string; key: string }): string {
  return `${operation}#${key}`;
}

function freeName(name: string, taken: readonly NamedAt[]): string | null {
  return taken.some((other) => other.name === name) ? null : name;
}

function refusal({ cluster, sequence }: ReserveName): Failure {
  if (sequence !== undefined) {
    return {
      code: 'SERVER_GROUP_NAME_TAKEN',
      message: `Server group '${serverGroupNameOf(cluster, sequence)}' exists or is being made. Choose another sequence, or leave it out.`,
      kind: 'terminal',
    };
  }
  return {
    code: 'SERVER_GROUP_NAMES_EXHAUSTED',
    message: `All 1000 numbers of cluster '${cluster}' are taken. Destroy server groups that are not needed.`,
    kind: 'terminal',
  };
}
