/**
 * Histories in a stream of their own, written by the owner right after each commit, unacknowledged.
 *
 * The record's message holds its newest step's note: it completes what the stream has, and a node that takes an actor
 * over stores it there. The server cannot capture republished records by itself: their headers (compare-and-set, batch,
 * TTL) would be instructions to the capturing stream too, which then refuses most of them.
 */
import { ActorView } from '#contracts/actor-view.ts';
import { partsOf, type Address } from '#contracts/address.ts';
import { parsedJson } from '#contracts/json.ts';
import { StepNote } from '#contracts/step-note.ts';
import {
  HEADER,
  STREAM,
  coreSubjects,
  historySubjects,
  viewsOfActor,
  viewsOfTree,
} from '#contracts/subjects.ts';
import { placeOf, type Topology } from '#contracts/topology.ts';
import type { Bus } from '#bus/connect.ts';
import { readKept } from '#bus/read-kept.ts';
import { readLast } from '#bus/stored-message.ts';
import type { Histories, NotedStep, Subscription } from '../ports.ts';
import { stepsOf } from '../history-steps.ts';

export class JetStreamHistories implements Histories {
  readonly #bus: Bus;
  readonly #topology: Topology;

  constructor(args: { bus: Bus; topology: Topology }) {
    this.#bus = args.bus;
    this.#topology = args.topology;
  }

  async read(address: Address, options: { fromStep?: number; limit?: number } = {}): Promise<StepNote[]> {
    const { service } = partsOf(address);
    const { shard } = placeOf(address, this.#topology);
    const notes: StepNote[] = [];
    const subject = historySubjects.of(address);
    await readKept(this.#bus, { stream: STREAM.history, subject, from: 0 }, ({ data }) => {
      const note = noteOf(data);
      if (note) notes.push(note);
    });
    const newest = await readLast(this.#bus, {
      stream: STREAM.core(service, shard),
      subject: coreSubjects(service, shard).record(address),
    });
    const last = noteOf(newest?.headers.get(HEADER.note.toLowerCase()));
    return stepsOf(last ? [...notes, last] : notes, options);
  }

  async follow(of: Address | { root: string }, onStep: (step: NotedStep) => void): Promise<Subscription> {
    const subject = typeof of === 'string' ? viewsOfActor(of) : viewsOfTree(of.root);
    const subscription = this.#bus.subscribe(subject, {
      callback: (error, { headers }) => {
        if (error) return;
        const note = noteOf(headers?.get(HEADER.note));
        const view = ActorView.safeParse(parsedJson(headers?.get(HEADER.view)));
        if (note && view.success) onStep({ note, view: view.data });
      },
    });
    await this.#bus.flush();
    return {
      close: async () => {
        subscription.unsubscribe();
      },
    };
  }
}

/** Null for what is not there, and for the form of a newer process. */
function noteOf(text: string | undefined): StepNote | null {
  const note = StepNote.safeParse(parsedJson(text));
  return note.success ? note.data : null;
}
