/**
 * The corpus on a real nats-server, all documents side by side, in real time.
 *
 * Before every event the worker process is killed (SIGKILL), and another one goes on from what is stored.
 * The documents take their first events together, then their second, and so on: one killing serves all.
 */
import { askActor } from '#bus/ask-actor.ts';
import { connectBus, type Bus } from '#bus/connect.ts';
import { declareStreams } from '#bus/streams.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { startTestNatsServer } from '#test/support/nats-server.ts';
import { configurationOf } from './configuration.ts';
import type { ScxmlCase } from './corpus.ts';
import { convert } from './scxml-machine.ts';
import { PACE, SERVICE, startScxmlWorker, topology } from './scxml-worker.ts';
import { comparesInitial, difference, type Verdict } from './verdict.ts';

/** A configuration that does not come about within this time is a wrong one. */
const LIMIT_MS = 60_000;
const POLL_MS = 10;

export async function runOnJetStream(corpus: readonly ScxmlCase[]): Promise<Verdict[]> {
  const server = await startTestNatsServer();
  const bus = await connectBus({ servers: [server.url], name: 'scxml-test' });
  await declareStreams(bus, topology);
  let worker = await startScxmlWorker(server.url);
  try {
    const runs = corpus.map((subject) => new DocumentRun(bus, subject));
    await Promise.all(runs.map((run) => run.start()));
    const rounds = Math.max(...corpus.map(({ script }) => script.events.length));
    for (let round = 0; round <= rounds; round += 1) {
      await worker.kill();
      worker = await startScxmlWorker(server.url);
      await Promise.all(runs.map((run) => run.take(round)));
    }
    return runs.map((run) => run.verdict());
  } finally {
    await worker.kill();
    await bus.close();
    await server.dispose();
  }
}

/** One document on its way through its test. */
class DocumentRun {
  readonly #bus: Bus;
  readonly #views: JetStreamViews;
  readonly #subject: ScxmlCase;
  readonly #address: Address;
  readonly #configurationOf: (view: ActorView) => string[];
  /** In order of the steps. */
  readonly #seen: ActorView[] = [];
  #expected: readonly string[] | undefined;
  #failure: string | undefined;

  constructor(bus: Bus, subject: ScxmlCase) {
    this.#bus = bus;
    this.#views = new JetStreamViews({ bus, topology });
    this.#subject = subject;
    const { type } = subject;
    this.#address = addressOf({ service: SERVICE, type, root: type, id: type });
    const [{ machine }] = convert(subject.source, type);
    this.#configurationOf = ({ value, error }) =>
      error === undefined ? configurationOf(machine, value) : [`error: ${error.message}`];
  }

  verdict(): Verdict {
    return { name: this.#subject.name, binding: 'jetstream', failure: this.#failure };
  }

  async start(): Promise<void> {
    const { type } = this.#subject;
    await this.#views.watchType({ service: SERVICE, type }, (view) => this.#seen.push(view));
    const ingress = new JetStreamIngress({ bus: this.#bus, topology });
    await ingress.send({ v: 1, kind: 'start', id: `start-${type}`, to: this.#address });
    const { events, initialConfiguration } = this.#subject.script;
    await this.#until(() => this.#seen.length > 0);
    if (comparesInitial({ type, events }))
      await this.#reach(initialConfiguration, { when: 'at first', afterStep: 0 });
  }

  /** Takes the event of this round; after the last one, sees that everything has stayed as it was. */
  async take(round: number): Promise<void> {
    const step = this.#subject.script.events[round];
    if (this.#failure !== undefined) return;
    const stored = await this.#views.read(this.#address);
    if (stored === null) {
      this.#failure = 'its record is gone';
      return;
    }
    // where time is part of the test, a timer may have changed it meanwhile
    if (this.#expected !== undefined && step?.after === undefined) {
      const when = `before event ${round + 1}`;
      this.#failure = difference({ expected: this.#expected, actual: this.#configurationOf(stored), when });
    }
    if (this.#failure !== undefined || step === undefined) return;
    const afterMs = (step.after ?? 0) * PACE.slowdown;
    if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
    await this.#send({ round, name: step.event.name });
    const afterStep = stored.status === 'active' ? stored.step : stored.step - 1;
    await this.#reach(step.nextConfiguration, {
      when: `after event ${round + 1} ('${step.event.name}')`,
      afterStep,
    });
  }

  /** XState's own run ends with its machine, too. */
  async #send({ round, name }: { round: number; name: string }): Promise<void> {
    const stored = await this.#views.read(this.#address);
    if (stored?.status !== 'active') return;
    const id = `${this.#subject.type}-${round}`;
    await askActor(this.#bus, topology, {
      to: this.#address,
      event: { type: name },
      id,
      timeoutMs: LIMIT_MS,
    });
  }

  /** Waits for a configuration to come about in a step after this one. */
  async #reach(expected: readonly string[], args: { when: string; afterStep: number }): Promise<void> {
    const { when, afterStep } = args;
    this.#expected = expected;
    let found: string | undefined = `${when}: nothing was committed`;
    await this.#until(() => {
      const later = this.#seen.filter(({ step }) => step > afterStep);
      for (const view of later) {
        found = difference({ expected, actual: this.#configurationOf(view), when });
        if (found === undefined) return true;
      }
      return false;
    });
    this.#failure = found;
  }

  async #until(condition: () => boolean): Promise<void> {
    const endMs = Date.now() + LIMIT_MS;
    while (!condition() && Date.now() < endMs) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
