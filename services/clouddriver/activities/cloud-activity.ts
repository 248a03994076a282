/** How every cloud activity is made: input checked, one call of the provider, output checked. */
import {
  CLOUD_ACTIVITIES,
  type CloudActivityInput,
  type CloudActivityName,
  type CloudActivityOutput,
} from '#contracts/operations/cloud-activity.contract.ts';
import { ActivityFailed, type ActivityContext } from '#runtime/activity.ts';
import type { CloudProvider } from '../providers/provider.ts';

export type CloudActivityDeps = { provider: CloudProvider };

export type CloudActivity<N extends CloudActivityName> = (
  input: CloudActivityInput<N>,
  context: ActivityContext,
) => Promise<CloudActivityOutput<N>>;

/** Passes one activity on to the provider. The idempotency key stays the same for every attempt. */
export function cloudActivity<N extends CloudActivityName>(
  name: N,
  { provider }: CloudActivityDeps,
): CloudActivity<N> {
  const schema = CLOUD_ACTIVITIES[name];
  return async (input, context) => {
    const checked = schema.input.safeParse(input);
    if (!checked.success) throw invalid(name, checked.error.message);
    const output = await provider[name](checked.data as CloudActivityInput<N>, {
      idempotencyKey: context.idempotencyKey,
      attempt: context.attempt,
      signal: context.signal,
    });
    return schema.output.parse(output) as CloudActivityOutput<N>;
  };
}

/** A machine and a worker of different versions: trying again changes nothing, a release does. */
function invalid(name: string, problem: string): ActivityFailed {
  return new ActivityFailed({
    code: 'ACTIVITY_INPUT_INVALID',
    message:
      `Activity ${name} cannot read its input: ${problem}. Run the same version of Clouddriver everywhere.`.slice(
        0,
        4096,
      ),
    kind: 'terminal',
  });
}
