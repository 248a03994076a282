/** One step under a definition, for an owner itself or for another node: checks first, then the kernel. Pure. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { checkEnvelope } from './definition-checks.ts';
import { HELD_PER_STEP, isDraining } from './kernel/actor-control.ts';
import type { Delivery, Kernel, RegisteredDefinition, Settled, StepOutcome } from './kernel/kernel.ts';

export type StepArguments = {
  record: ActorRecord;
  deliveries: readonly Delivery[];
  nowMs: number;
  /** As in `Kernel.step`. */
  heldMax?: number;
};

/** What the definition's checks refuse, by id of the envelope; then there is no step. */
export type Invalid = { problems: ReadonlyMap<string, string> };

/** @throws RuntimeError as `Kernel.step` does: nothing may be committed */
export function stepOfDefinition(
  kernel: Kernel,
  registered: RegisteredDefinition,
  { record, deliveries, nowMs, heldMax }: StepArguments,
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
  if (problems.size > 0) return { problems };
  const mail = checkedMail(registered, record, heldMax ?? HELD_PER_STEP);
  const outcome = kernel.step(registered, mail.record, {
    deliveries: checked,
    nowMs,
    heldMax: mail.countMax,
  });
  if (mail.refused.length === 0) return outcome;
  const refused = mail.refused.map(({ envelope, reason = '' }) => ({ id: envelope.id, reason }));
  const note = { ...outcome.note, refused: [...refused, ...outcome.note.refused] };
  return { ...outcome, note, settled: [...mail.refused, ...(outcome.settled ?? [])] };
}

/**
 * What was kept is looked at when it is to be applied, and no sooner: when a step fails, the first of it is to blame. What
 * the checks refuse is parked, as if it arrived now.
 */
function checkedMail(
  { definition }: RegisteredDefinition,
  record: ActorRecord,
  countMax: number,
): { record: ActorRecord; refused: Settled[]; countMax: number } {
  if (definition.checks === undefined || !isDraining(record)) return { record, refused: [], countMax };
  const refused: Settled[] = [];
  const kept = record.held ?? [];
  const fitting = kept.slice(0, countMax).flatMap((one) => {
    const { envelope, log, sequence } = one;
    const result = checkEnvelope(definition, envelope);
    if ('value' in result) return [{ ...one, envelope: result.value }];
    refused.push({ envelope, reason: result.problem, parkedFrom: { log, sequence } });
    return [];
  });
  const held = [...fitting, ...kept.slice(countMax)];
  return { record: { ...record, held }, refused, countMax: fitting.length };
}
