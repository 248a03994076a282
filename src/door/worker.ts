/** Runs durable actors and their activities. Any number of workers share the actors of a service; kill any of them. */
import type { Failure } from '#contracts/failure.ts';
import type { Json } from '#contracts/json.ts';
import { check } from '#define/contract.ts';
import type { DeclaredActivity } from '#define/activity.ts';
import type { ActivitiesIn, ActivityInputOf, ActivityResultOf, NameOf } from '#define/declared-activities.ts';
import type { AnyDurable } from '#define/durable.ts';
import {
  ActivityFailed,
  type Activity,
  type ActivityCatalog,
  type ActivityContext,
} from '#runtime/activity.ts';
import type { QueueLimits } from '#runtime/activity-worker.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { nodeName } from '#runtime/node-name.ts';
import { RuntimeError } from '#runtime/runtime-error.ts';
import type { RuntimeEvents } from '#runtime/runtime-events.ts';
import { joinDeployment, type DeploymentOptions } from './deployment.ts';

export { ActivityFailed, type ActivityContext } from '#runtime/activity.ts';

const CONCURRENCY_DEFAULT = 64;
const QUEUE_DEFAULT = 'default';

type ActivitiesOf<D> = D extends { machine: infer M } ? ActivitiesIn<M> : never;

/** Code that returns nothing may end without a `return`. */
type OrNothing<Result> = [Result] extends [undefined] ? Result | void : Result;

/** Code for every activity that the actors name. */
export type Implementations<D> = {
  [A in ActivitiesOf<D> as NameOf<A>]: (
    input: ActivityInputOf<A>,
    context: ActivityContext,
  ) => Promise<OrNothing<ActivityResultOf<A>>>;
};

export type WorkerOptions<D> = DeploymentOptions & {
  /** Actor types this worker runs, in all versions that it should still run. Child machines come along. */
  actors: readonly D[];
  /** Attempts of activities at once, over all workers that say the same number. Default 64. */
  concurrency?: number;
  /** The same for other limit classes, by the name that an activity's `queue` returns; with a rate where one is wanted. */
  queues?: Readonly<Record<string, number | Omit<QueueLimits, 'queue'>>>;
  /** Hears what the worker does, for logs and metrics. */
  events?: RuntimeEvents;
} & ([keyof Implementations<D>] extends [never]
    ? { activities?: Implementations<D> }
    : { activities: Implementations<D> });

export type Worker = {
  readonly service: string;
  /** Unique per process and start. */
  readonly node: string;
  /** Finishes what is in flight, at most `graceMs` (default 10 s), gives everything back and disconnects. */
  stop(options?: { graceMs?: number }): Promise<void>;
};

/**
 * Starts a worker; it runs until it is stopped. From then on V8 makes the objects of the whole process in its young
 * generation (`--no-allocation-site-pretenuring`): steps take less of the CPU.
 * @throws RuntimeError `ACTIVITY_MISSING`, `REGISTRATION_REFUSED`: nothing was started
 * @throws Error when no server answers
 */
export async function runWorker<const D extends AnyDurable>(options: WorkerOptions<D>): Promise<Worker> {
  const { actors, concurrency = CONCURRENCY_DEFAULT, queues = {}, events } = options;
  const catalog = catalogOf(actors, (options.activities ?? {}) as Readonly<Record<string, Activity>>);
  const node = nodeName(options.service ?? 'app');
  const { bus, service, topology } = await joinDeployment(options, node);
  try {
    const running = await startJetStreamNode({
      bus,
      topology,
      service,
      node,
      definitions: actors.map(({ definition }) => definition),
      activities: catalog,
      queues: Object.entries({ [QUEUE_DEFAULT]: concurrency, ...queues }).map(([queue, limit]) => ({
        queue,
        ...(typeof limit === 'number' ? { concurrency: limit } : limit),
      })),
      ...(events ? { events } : {}),
    });
    return {
      service,
      node,
      stop: async (stopOptions) => {
        await running.stop(stopOptions);
        await bus.close();
      },
    };
  } catch (error) {
    await bus.close();
    throw error;
  }
}

function catalogOf(
  actors: readonly AnyDurable[],
  implementations: Readonly<Record<string, Activity>>,
): ActivityCatalog {
  const declared = new Map(actors.flatMap(({ activities }) => [...activities]));
  const missing = [...declared.keys()].filter((name) => implementations[name] === undefined);
  if (missing.length > 0) {
    throw new RuntimeError(
      'ACTIVITY_MISSING',
      `The worker has no code for ${missing.map((name) => `'${name}'`).join(', ')}. ` +
        'Machines it runs invoke them: add each to runWorker({ activities }).',
    );
  }
  const checked = [...declared].map(([name, activity]) => [
    name,
    withChecks(activity, implementations[name]),
  ]);
  return { ...implementations, ...Object.fromEntries(checked) } as ActivityCatalog;
}

/** The code between the schemas of its declaration. What does not fit now will not fit at another attempt. */
function withChecks({ windlass }: DeclaredActivity, code: Activity | undefined): Activity {
  return async (given: unknown, context) => {
    if (code === undefined) throw new Error(`There is no code for '${windlass.name}'.`);
    let isLater = false;
    const input = check(windlass.input, given);
    if ('problem' in input)
      throw new ActivityFailed(misfit('ACTIVITY_INPUT_INVALID', windlass.name, input.problem));
    const result = await code(input.value as never, {
      ...context,
      completeLater: () => {
        isLater = true;
        return context.completeLater();
      },
    });
    if (isLater) return undefined;
    const output = check(windlass.output, result);
    if ('problem' in output)
      throw new ActivityFailed(misfit('ACTIVITY_OUTPUT_INVALID', windlass.name, output.problem));
    return output.value as Json;
  };
}

function misfit(code: string, name: string, problem: string): Failure {
  const what = code === 'ACTIVITY_INPUT_INVALID' ? 'was called with' : 'returned';
  return {
    code,
    kind: 'terminal',
    message: `Activity '${name}' ${what} something else than it declares: ${problem}`.slice(0, 4096),
  };
}
