/** What a node computes for others: the steps of the definitions it has. */
import type { StepAnswer, StepRequest } from '#contracts/step-offer.ts';
import { firstStep } from './first-step.ts';
import type { Kernel, RegisteredDefinition, StepOutcome } from './kernel/kernel.ts';
import type { StepOffers, Subscription } from './ports.ts';
import type { Registry } from './registry.ts';
import { retentionOf } from './made-step.ts';
import { RuntimeError } from './runtime-error.ts';
import { stepOfDefinition } from './step-of-definition.ts';

type Answering = { kernel: Kernel; registry: Registry; stepOffers: StepOffers };

/** Offers everything in the registry until it is closed. */
export async function offerSteps({ kernel, registry, stepOffers }: Answering): Promise<Subscription> {
  const all = registry.all().flatMap((registered) => {
    const { type, version } = registered.definition;
    const answer = (request: StepRequest) => answerStep({ kernel, registry, registered }, request);
    const exact = stepOffers.offer({ type, version, hash: registered.hash }, answer);
    return registry.newest(type) === registered
      ? [exact, stepOffers.offer({ type, newest: true }, answer)]
      : [exact];
  });
  const subscriptions = await Promise.all(all);
  return {
    close: async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.close()));
    },
  };
}

/** Never throws: a fault of the machine is the asking node's to deal with. */
export function answerStep(
  { kernel, registry, registered }: Omit<Answering, 'stepOffers'> & { registered: RegisteredDefinition },
  request: StepRequest,
): StepAnswer {
  try {
    if (request.kind === 'create') {
      const { delivery, nowMs, replaces } = request;
      const first = firstStep({
        kernel,
        registry,
        delivery,
        nowMs,
        ...(replaces === undefined ? {} : { replaces }),
      });
      return first.kind === 'born'
        ? answerOf(kernel, first.registered, first.outcome)
        : { v: 1, kind: 'not-started', reason: first.reason };
    }
    const outcome = stepOfDefinition(kernel, registered, request);
    if ('record' in outcome) return answerOf(kernel, registered, outcome);
    const problems = [...outcome.problems].map(([envelopeId, problem]) => ({ envelopeId, problem }));
    return { v: 1, kind: 'invalid', problems };
  } catch (error) {
    const code = error instanceof RuntimeError ? error.code : 'STEP_FAILED';
    return { v: 1, kind: 'failed', code, message: error instanceof Error ? error.message : String(error) };
  }
}

function answerOf(kernel: Kernel, registered: RegisteredDefinition, outcome: StepOutcome): StepAnswer {
  const { record, effects, refusals, note, held, overflow, settled, unhandled, sizeChars } = outcome;
  return {
    v: 1,
    kind: 'made',
    record,
    effects: [...effects],
    refusals: [...refusals],
    note,
    ...(held?.length ? { held: [...held] } : {}),
    ...(overflow?.length ? { overflow: [...overflow] } : {}),
    ...(settled?.length ? { settled: [...settled] } : {}),
    ...(unhandled?.length ? { unhandled: [...unhandled] } : {}),
    ...(sizeChars === undefined ? {} : { sizeChars }),
    view: kernel.view(registered, record),
    ...retentionOf(registered),
  };
}
