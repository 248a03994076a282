/**
 * The steps of one actor, as they happen, each once and in order.
 *
 * H1 What is kept comes first, from the step that was asked for; then what happens.
 * H2 A step that the feed lost is read from what is kept. One that is not kept either is left out: the numbers show it.
 */
import type { ActorStatus } from '#contracts/actor-record.ts';
import type { Address } from '#contracts/address.ts';
import type { StepNote } from '#contracts/step-note.ts';
import type { Histories, NotedStep, RecordStore } from '#runtime/ports.ts';
import { Bell } from './bell.ts';

const LOOK_MS = 30_000;
const PAGE_STEPS = 200;

export type FollowArguments = {
  histories: Histories;
  store: Pick<RecordStore, 'load'>;
  address: Address;
  fromStep: number;
  signal?: AbortSignal | undefined;
};

/** Ends after the actor's last step, or when `signal` fires. */
export async function* followSteps(args: FollowArguments): AsyncGenerator<StepNote, void> {
  const { histories, address, signal } = args;
  const bell = new Bell();
  const heard: NotedStep[] = [];
  const feed = await histories.follow(address, (noted) => {
    heard.push(noted);
    bell.ring();
  });
  let next = args.fromStep;
  let status: ActorStatus = 'active';
  try {
    for (;;) {
      // read first, and again when nothing was heard for long
      const kept = heard.length === 0 || (heard[0]?.note.step ?? 0) > next;
      if (kept) {
        // the status before the steps: what ended by then is among them
        status = (await args.store.load(address))?.record.status ?? status;
        for await (const note of keptSteps(args, next)) {
          next = note.step + 1;
          yield note;
        }
        if (status !== 'active' && heard.length === 0) return;
      }
      for (let noted = heard.shift(); noted; noted = heard.shift()) {
        status = noted.view.status;
        if (noted.note.step < next) continue;
        next = noted.note.step + 1;
        yield noted.note;
      }
      if (status !== 'active') return;
      await bell.rung(LOOK_MS, signal);
      if (signal?.aborted === true) return;
    }
  } finally {
    await feed.close();
  }
}

async function* keptSteps(
  { histories, address }: FollowArguments,
  fromStep: number,
): AsyncGenerator<StepNote, void> {
  for (let next = fromStep; ;) {
    const page = await histories.read(address, { fromStep: next, limit: PAGE_STEPS });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_STEPS) return;
    next = last.step + 1;
  }
}
