/**
 * The virtual actor that serialises the names of one cluster in one account and region. It lives for ever and is
 * started by the first event to it; one mailbox, one reservation at a time, so no name is ever given to two operations.
 */
import { assign, sendTo, setup } from 'xstate';
import type { Json } from '#contracts/json.ts';
import { remoteActor } from '#machines/support/remote-actor.ts';
import { stepTimeMs } from '#machines/support/step-time.ts';
import {
  release,
  ReleaseName,
  reserve,
  ReserveName,
  type NameAnswer,
  type NameBook,
} from './server-group-names.ts';

export type NamesContext = { book: NameBook; answer: NameAnswer | null };

export const serverGroupNamesMachine = setup({
  types: {} as {
    context: NamesContext;
    input: unknown;
    events: { type: 'names.reserve' } | { type: 'names.release' };
  },
  guards: {
    isReservation: ({ event }) => ReserveName.safeParse(event).success,
    isRelease: ({ event }) => ReleaseName.safeParse(event).success,
  },
}).createMachine({
  id: 'serverGroupNames',
  context: { book: { held: {}, issued: [] }, answer: null },
  initial: 'open',
  states: {
    open: {
      on: {
        'names.reserve': {
          guard: 'isReservation',
          actions: [
            assign(({ context, event, system }) =>
              reserve(context.book, ReserveName.parse(event), stepTimeMs({ system })),
            ),
            sendTo(
              ({ event }) => remoteActor(ReserveName.parse(event).operation),
              ({ context }) => context.answer ?? { type: 'names.refused' },
            ),
          ],
        },
        'names.release': {
          guard: 'isRelease',
          actions: assign(({ context, event }) => ({
            book: release(context.book, ReleaseName.parse(event)),
          })),
        },
      },
    },
  },
});

/** Names in use by running operations, and the last one that ended. */
export function namesView({ context }: { context: NamesContext }): Json {
  const { held, issued } = context.book;
  return {
    kind: 'names',
    held: Object.values(held).map(({ name }) => name),
    last: issued.at(-1)?.name ?? null,
  };
}
