/** Joins a contract and a machine into an actor that can be run, started and tested. */
import type { AnyStateMachine, StateMachine } from 'xstate';
import type { z } from 'zod';
import type { StateValue } from '#contracts/actor-record.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { RuntimeError } from '#runtime/runtime-error.ts';
import type { AnyContract } from './any-contract.ts';
import { declaredActivities, type ActivitiesIn } from './declared-activities.ts';
import type { DeclaredActivity } from './activity.ts';
import { migrationsTo, type MigrationFrom } from './migrate-from.ts';

export { migrateFrom } from './migrate-from.ts';

/** Refuses a machine that was not made with `setup({ types: contract.types })`. */
type Fits<C extends AnyContract, M> =
  M extends StateMachine<
    infer Context,
    infer Event,
    infer _Children,
    infer _Actor,
    infer _Action,
    infer _Guard,
    infer _Delay,
    infer _Value,
    infer _Tag,
    infer Input,
    infer Output,
    infer _Emitted,
    infer _Meta,
    infer _Schema,
    infer _TransitionMeta
  >
    ? C['types'] extends {
        context: infer CContext;
        events: infer CEvent;
        input: infer CInput;
        output: infer COutput;
      }
      ? [Context, CContext, CEvent, CInput] extends [CContext, Context, Event, Input]
        ? [Output] extends [COutput]
          ? unknown
          : { '^ the machine has another output than its contract: setup({ types: contract.types })': never }
        : { '^ the machine has other types than its contract: setup({ types: contract.types })': never }
      : never
    : never;

export type DurableOptions<C extends AnyContract, M extends AnyStateMachine> = {
  contract: C;
  /** Made with `setup({ types: contract.types, actors })`, its id being the contract's. */
  machine: M & Fits<C, M>;
  /** What others may see of it beside its status and state. Pure; JSON. */
  view?: (args: { context: z.output<C['context']>; value: StateValue; output: unknown }) => unknown;
  /**
   * Moves actors of earlier versions: `migrateFrom(oldContract, …)` for each, or `migration()` by the version they are
   * pinned to. docs/versions.md
   */
  migrations?: readonly MigrationFrom<z.input<C['context']>>[] | NonNullable<ActorDefinition['migrations']>;
  /** When an actor moves: once no living worker has its version (default), or at its next step here. */
  migrate?: 'when-missing' | 'eager';
  /** How long a finished actor can still be read, in milliseconds. Default 30 days. */
  retentionMs?: number;
};

/** An actor type, ready for `runWorker`, `client.start` and `testActor`. */
export type Durable<C extends AnyContract = AnyContract, M extends AnyStateMachine = AnyStateMachine> = {
  readonly contract: C;
  readonly machine: M;
  /** What the runtime registers. */
  readonly definition: ActorDefinition;
  /** Activities that the machine and its child machines name, by name: a worker must have code for each. */
  readonly activities: ReadonlyMap<string, DeclaredActivity>;
  /** Types only: the same activities. */
  readonly activityTypes?: ActivitiesIn<M>;
};

/** Any actor type, for constraints only. */
export type AnyDurable = Pick<Durable, 'definition' | 'activities'> & {
  readonly contract: AnyContract;
  readonly machine: AnyStateMachine;
};

/**
 * Makes a machine durable. Activities and child machines are found in the machine itself.
 * @throws RuntimeError `MACHINE_ID_MISMATCH`: parents address a machine by its id, clients by that of the contract
 */
export function durable<C extends AnyContract, M extends AnyStateMachine>(
  options: DurableOptions<C, M>,
): Durable<C, M> {
  const { contract, view, retentionMs, migrations, migrate } = options;
  const machine: M = options.machine;
  if (machine.id !== contract.id) {
    throw new RuntimeError(
      'MACHINE_ID_MISMATCH',
      `The machine's id is '${machine.id}', its contract's is '${contract.id}'. Give the machine the id of the contract.`,
    );
  }
  return {
    contract,
    machine,
    definition: {
      type: contract.id,
      version: contract.version,
      machine,
      checks: contract.checks,
      ...(view ? { view: view as NonNullable<ActorDefinition['view']> } : {}),
      ...(migrations ? { migrations: migrationsTo(contract, migrations) } : {}),
      ...(migrate ? { migrate } : {}),
      ...(retentionMs === undefined ? {} : { retentionMs }),
    },
    activities: declaredActivities(machine),
  };
}
