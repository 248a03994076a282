/**
 * Who computes a step: this node, another one that has the actor's definition, a migration, or nobody.
 *
 * W1 A step is pure, so it does not matter who computes it; the owner alone commits it, under its own fence.
 * W2 An actor keeps its version and structure as long as someone alive has it.
 * W3 An actor that nobody can run is marked and keeps what arrives; its state stays as it is.
 * W4 Whoever does not answer is asked again, a few times: then it counts as gone, which costs nothing but a stall that
 *    ends by itself, or a migration.
 */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { partsOf } from '#contracts/address.ts';
import type { StepAnswer, StepRequest } from '#contracts/step-offer.ts';
import { withoutStall, type StallCause } from './definition-stall.ts';
import { firstStep, type FirstStep } from './first-step.ts';
import { holdable, holdEnvelopes, keepsMail } from './held-actor.ts';
import type { Delivery, Kernel, RegisteredDefinition, StepOutcome } from './kernel/kernel.ts';
import { retentionOf, type MadeStep, type Parked } from './made-step.ts';
import type { Clock, OfferKey, StepOffers } from './ports.ts';
import type { Registry } from './registry.ts';
import { RuntimeError, StepUnanswered } from './runtime-error.ts';
import { stepOfDefinition, type Invalid, type StepArguments } from './step-of-definition.ts';
import { chooseVersion, migrationFailed, stepTooLarge, type VersionMove } from './version-choice.ts';

const ASKS_MAX = 5;
const ASK_AGAIN_MS = 100;

export type MadeFirstStep = { kind: 'born'; made: MadeStep } | Extract<FirstStep, { kind: 'refused' }>;

export type StepMakerOptions = { kernel: Kernel; registry: Registry; stepOffers: StepOffers; clock: Clock };

type Taking = { record: ActorRecord; deliveries: readonly Delivery[]; heldMax?: number };

/** A step computed by whoever could, or what hinders it. */
type Computed = Pick<MadeStep, 'outcome' | 'view' | 'retentionMs'>;

export class StepMaker {
  readonly #options: StepMakerOptions;

  constructor(options: StepMakerOptions) {
    this.#options = options;
  }

  /** The first step of an actor. A type that this node does not have is started by one that has it. */
  async first(delivery: Delivery, replaces?: ActorRecord): Promise<MadeFirstStep> {
    const { kernel, registry, clock } = this.#options;
    const nowMs = clock.nowMs();
    const old = replaces === undefined ? {} : { replaces };
    const here = firstStep({ kernel, registry, delivery, nowMs, ...old });
    if (here.kind === 'born') {
      const { registered, outcome, takesEnvelope } = here;
      return { kind: 'born', made: made(this.#seen(registered, outcome), takesEnvelope ? 1 : 0) };
    }
    const { type } = partsOf(delivery.envelope.to);
    if (registry.newest(type) !== undefined) return here;
    const answer = await this.#ask({ type, newest: true }, { v: 1, kind: 'create', delivery, nowMs, ...old });
    if (answer === null) return here;
    if (answer.kind === 'not-started') return { kind: 'refused', reason: answer.reason };
    const computed = computedOf(answer);
    if ('outcome' in computed)
      return { kind: 'born', made: made(computed, delivery.envelope.kind === 'start' ? 1 : 0) };
    throw new RuntimeError('STEP_NOT_MADE', `Another node could not start ${delivery.envelope.to}.`);
  }

  /** @throws RuntimeError as `Kernel.step` does: nothing may be committed */
  async step(
    record: ActorRecord,
    deliveries: readonly Delivery[],
    bound: { heldMax?: number } = {},
  ): Promise<MadeStep | Parked> {
    const kept = this.#hold({ record, deliveries });
    if (kept) return kept;
    const choice = chooseVersion(this.#options, record);
    if (choice.kind === 'keeps' || choice.kind === 'adopts') {
      const { registered } = choice;
      const step = (args: StepArguments) => this.#own(registered, args);
      return this.#apply({ record: choice.record, deliveries, ...bound }, step) as Promise<MadeStep | Parked>;
    }
    if (record.status !== 'active') return this.#refuseAll({ record, deliveries });
    if (choice.kind === 'migrates') return this.#migrate({ record, deliveries }, choice.move);
    const asked = await this.#askForStep({ record, deliveries });
    if (asked !== null && !('code' in asked)) return asked;
    if (asked === null && choice.move !== null) return this.#migrate({ record, deliveries }, choice.move);
    return this.#stall({ record, deliveries }, asked ?? choice.otherwise);
  }

  /** What takes no machine: keeping mail while the actor is on hold, and its end. Null when there is nothing of it. */
  #hold({ record, deliveries }: Taking): MadeStep | null {
    if (!keepsMail(record)) return null;
    const all = holdable(deliveries);
    if (all.length === 0) return null;
    const outcome = holdEnvelopes(record, { deliveries: all, nowMs: this.#options.clock.nowMs() });
    return made(this.#seen(this.#options.registry.of(record), outcome), all.length);
  }

  /** What the definition's checks refuse is parked first. */
  async #apply(
    { record, deliveries, ...bound }: Taking,
    step: (args: StepArguments) => Promise<Computed | Invalid | StallCause | null>,
  ): Promise<MadeStep | Parked | StallCause | null> {
    const nowMs = this.#options.clock.nowMs();
    const computed = await step({ record: withoutStall(record), deliveries, nowMs, ...bound });
    if (computed === null || 'code' in computed) return computed;
    return 'outcome' in computed ? made(computed, deliveries.length) : { parked: computed.problems };
  }

  async #own(registered: RegisteredDefinition, args: StepArguments): Promise<Computed | Invalid> {
    const outcome = stepOfDefinition(this.#options.kernel, registered, args);
    return 'problems' in outcome ? outcome : this.#seen(registered, outcome);
  }

  #seen(registered: RegisteredDefinition | undefined, outcome: StepOutcome): Computed {
    const view = this.#options.kernel.view(registered, outcome.record);
    return { outcome, view, ...retentionOf(registered) };
  }

  /** Has one of the nodes that have the actor's definition compute the step; null when there is none. */
  async #askForStep({ record, deliveries }: Taking): Promise<MadeStep | Parked | StallCause | null> {
    const key = { type: partsOf(record.address).type, ...record.definition };
    const step = async (args: StepArguments): Promise<Computed | Invalid | StallCause | null> => {
      const { record: before, deliveries: list, nowMs } = args;
      const request: StepRequest = { v: 1, kind: 'step', record: before, deliveries: [...list], nowMs };
      const answer = await this.#ask(key, request);
      return answer === null || answer.kind === 'not-started' ? null : computedOf(answer);
    };
    const result = await this.#apply({ record, deliveries }, step);
    const isTooLarge = result !== null && 'code' in result;
    if (!isTooLarge || deliveries.length < 2) return result;
    return this.#apply({ record, deliveries: deliveries.slice(0, 1) }, step);
  }

  async #ask(key: OfferKey, request: StepRequest): Promise<StepAnswer | null> {
    const { stepOffers, clock } = this.#options;
    for (let asked = 0; asked < ASKS_MAX; asked += 1) {
      try {
        return await stepOffers.ask(key, request);
      } catch (error) {
        if (!(error instanceof StepUnanswered)) throw error;
        await clock.sleep(ASK_AGAIN_MS);
      }
    }
    return null;
  }

  /** A step of its own, without envelopes: they wait for the next one. */
  #migrate({ record, deliveries }: Taking, { registered, chain }: VersionMove): MadeStep {
    const { kernel, clock } = this.#options;
    try {
      const outcome = kernel.migrate(registered, withoutStall(record), { chain, nowMs: clock.nowMs() });
      return made(this.#seen(registered, outcome), 0);
    } catch (error) {
      if (!(error instanceof RuntimeError) || error.code !== 'MIGRATION_FAILED') throw error;
      return this.#stall({ record, deliveries }, migrationFailed(error.message));
    }
  }

  #stall({ record, deliveries }: Taking, cause: StallCause): MadeStep {
    const { registry, clock } = this.#options;
    const outcome = holdEnvelopes(record, { cause, deliveries, nowMs: clock.nowMs() });
    return made(this.#seen(registry.of(record), outcome), deliveries.length);
  }

  /** An actor that has ended takes nothing, whoever has its definition. */
  #refuseAll({ record, deliveries }: Taking): MadeStep {
    const outcome = holdEnvelopes(record, { deliveries, nowMs: this.#options.clock.nowMs() });
    return made(this.#seen(this.#options.registry.of(record), outcome), deliveries.length);
  }
}

function made(computed: Computed, taken: number): MadeStep {
  return { ...computed, taken };
}

/** @throws RuntimeError with the code and words of the node that could not make the step */
function computedOf(answer: Exclude<StepAnswer, { kind: 'not-started' }>): Computed | Invalid | StallCause {
  switch (answer.kind) {
    case 'failed':
      throw new RuntimeError(answer.code, answer.message);
    case 'too-large':
      return stepTooLarge(answer);
    case 'invalid':
      return { problems: new Map(answer.problems.map(({ envelopeId, problem }) => [envelopeId, problem])) };
    case 'made': {
      const { v: _v, kind: _kind, view, retentionMs, ...told } = answer;
      // The same closed unions, read back from the wire.
      const outcome = told as StepOutcome;
      return { outcome, view, ...(retentionMs === undefined ? {} : { retentionMs }) };
    }
  }
}
