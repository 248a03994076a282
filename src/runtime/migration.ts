/** Moving an actor from one version of its definition to a later one. */
import type { z } from 'zod';
import type { StateValue } from '#contracts/actor-record.ts';

/** What a migration gets and gives: where the actor is and what it knows. Timers and children follow from it. */
export type ActorSnapshot<Context = Record<string, unknown>> = {
  value: StateValue;
  /** As the machine sees it: dates are dates, references to actors are opaque and may be moved about. */
  context: Context;
  /** Ids of the states that history states remember; kept as it is when a migration gives none. */
  history?: Record<string, string[]> | undefined;
};

/**
 * One move. Pure; both sides are checked, so a snapshot that is not as expected stalls the actor with its data
 * untouched. Leads to the next version that has a migration of its own, or to the definition's version.
 */
export type Migration = {
  from: z.ZodType;
  to: z.ZodType;
  migrate: (snapshot: never) => unknown;
};

/** A migration whose function is typed by its schemas. */
export function migration<From, To extends ActorSnapshot>(args: {
  from: z.ZodType<From>;
  to: z.ZodType<To>;
  migrate: (snapshot: From) => To;
}): Migration {
  return args as Migration;
}

/** A migration with the versions it leads from and to. */
export type MigrationLink = { from: number; to: number; migration: Migration };

type Migrating = { version: number; migrations?: Readonly<Record<number, Migration>> };

/**
 * The way from one version to the newest of `definitions`, oldest link first; null when a link is missing or the
 * version is not older. Where several definitions have a migration from the same version, the newest one's counts.
 */
export function migrationChain(
  definitions: readonly Migrating[],
  fromVersion: number,
): readonly MigrationLink[] | null {
  const sorted = definitions.toSorted((left, right) => left.version - right.version);
  const target = sorted.at(-1)?.version;
  if (target === undefined || fromVersion >= target) return null;
  const byVersion = new Map<number, Migration>();
  for (const { migrations } of sorted) {
    for (const [from, link] of Object.entries(migrations ?? {})) byVersion.set(Number(from), link);
  }
  const versions = [...byVersion.keys()]
    .filter((version) => version >= fromVersion && version < target)
    .toSorted((left, right) => left - right);
  if (versions[0] !== fromVersion) return null;
  return versions.flatMap((from, index) => {
    const link = byVersion.get(from);
    return link === undefined ? [] : [{ from, to: versions[index + 1] ?? target, migration: link }];
  });
}
