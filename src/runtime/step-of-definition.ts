/** One step under a definition, for an owner itself or for another node: checks first, then the kernel. Pure. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { checkEnvelope } from './definition-checks.ts';
import type { Delivery, Kernel, RegisteredDefinition, StepOutcome } from './kernel/kernel.ts';

export type StepArguments = { record: ActorRecord; deliveries: readonly Delivery[]; nowMs: number };

/** What the definition's checks refuse, by id of the envelope; then there is no step. */
export type Invalid = { problems: ReadonlyMap<string, string> };

/** @throws RuntimeError as `Kernel.step` does: nothing may be committed */
export function stepOfDefinition(
  kernel: Kernel,
  registered: RegisteredDefinition,
  { record, deliveries, nowMs }: StepArguments,
): StepOutcome | Invalid {
  const problems = new Map<string, string>();
  const checked = deliveries.map((delivery) => {
    const { envelope } = delivery;
    const result = checkEnvelope(registered.definition, envelope);
    if ('value' in result)
      return result.value === envelope ? delivery : { ...delivery, envelope: result.value };
    problems.set(envelope.id, result.problem);
    return delivery;
  });
  return problems.size > 0 ? { problems } : kernel.step(registered, record, { deliveries: checked, nowMs });
}
