/** Moves actors that started with an earlier version of a contract to a later one. */
import { z } from 'zod';
import { StateValue } from '#contracts/actor-record.ts';
import { migration, type Migration } from '#runtime/migration.ts';
import type { AnyContract } from './any-contract.ts';

/** Where an actor is and what it knows. Timers, activities and children follow from the state it is moved to. */
export type Moved<Context> = { value: StateValue; context: Context };

export type MigrationFrom<Context> = {
  readonly from: AnyContract;
  readonly migrate: (old: Moved<never>) => Moved<Context>;
};

/**
 * `migrate` gets an actor of the old contract and says where it stands in the new one. Pure. Both sides are checked by
 * their contracts: what does not fit stalls the actor, its data untouched.
 */
export function migrateFrom<Old extends AnyContract, Context>(
  from: Old,
  migrate: (old: Moved<z.output<Old['context']>>) => Moved<Context>,
): MigrationFrom<Context> {
  return { from, migrate };
}

/** The migrations of a contract as the runtime takes them: by the version they lead from. */
export function migrationsTo<Context>(
  contract: AnyContract,
  migrations: readonly MigrationFrom<Context>[] | Readonly<Record<number, Migration>>,
): Readonly<Record<number, Migration>> {
  if (!isList(migrations)) return migrations;
  const sideOf = ({ context }: AnyContract) =>
    z.object({
      value: StateValue,
      context: context as z.ZodType<Record<string, unknown>>,
      history: z.record(z.string(), z.array(z.string())).optional(),
    });
  return Object.fromEntries(
    migrations.map(({ from, migrate }) => [
      from.version,
      migration({
        from: sideOf(from),
        to: sideOf(contract),
        migrate: (old) => migrate(old as never) as Moved<Record<string, unknown>>,
      }),
    ]),
  );
}

function isList<Context>(
  migrations: readonly MigrationFrom<Context>[] | Readonly<Record<number, Migration>>,
): migrations is readonly MigrationFrom<Context>[] {
  return Array.isArray(migrations);
}
