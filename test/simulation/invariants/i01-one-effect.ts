/** I1: one logical effect leaves one effect in the cloud, however often it is tried. */
import { RESOURCE_TAGS } from '#contracts/operations/cloud-activity.contract.ts';
import type { ResourceLife } from '#services/aws-double/journal/ledger.ts';
import type { Evidence, Invariant } from './evidence.ts';

export const oneEffect: Invariant = {
  id: 'I1',
  title: 'one effect for each logical id, in the cloud and in the keys it is asked with',
  check: (evidence) => [...twiceMade(evidence), ...tokensReused(evidence), ...tooManyKeys(evidence)],
};

/** What an operation makes, it makes once. */
function twiceMade({ cloud }: Evidence): string[] {
  const made = Map.groupBy(
    cloud.lives.filter((life) => ['autoScalingGroup', 'launchTemplate'].includes(life.kind)),
    (life) => `${life.kind} of ${operationOf(life) ?? 'nobody'}`,
  );
  return [...made].flatMap(([what, lives]) =>
    lives.length > 1 && !what.endsWith('nobody') ? [`${lives.length} times ${what}`] : [],
  );
}

export function operationOf(life: ResourceLife): string | undefined {
  return life.tags.find(({ key }) => key === RESOURCE_TAGS.operation)?.value;
}

/** A client token stands for one request: the same bytes each time. */
function tokensReused({ cloud }: Evidence): string[] {
  const calls = Map.groupBy(
    cloud.calls.filter((call) => call.clientToken !== undefined),
    (call) => call.clientToken,
  );
  return [...calls].flatMap(([token, uses]) =>
    new Set(uses.map((call) => JSON.stringify(call.params))).size > 1
      ? [`token ${token} was used for different requests`]
      : [],
  );
}

/** Attempts of one activity share one key, and nothing runs that no step asked for. */
function tooManyKeys({ happenings }: Evidence): string[] {
  const asked = new Set<string>();
  const keys = new Set<string>();
  for (const happening of happenings) {
    if (happening.kind === 'attempted') keys.add(happening.idempotencyKey);
    if (happening.kind !== 'committed') continue;
    for (const effect of happening.effects) {
      if (effect.kind !== 'run-activity') continue;
      const { actor, childId, birth } = effect.task;
      asked.add(`${actor}/${childId}#${birth}`);
    }
  }
  return keys.size > asked.size ? [`${keys.size} keys for ${asked.size} activities`] : [];
}
