/** How an actor goes on with the definitions that are at hand: what a node does, and what a dry run foretells. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { partsOf } from '#contracts/address.ts';
import type { StallCause } from './definition-stall.ts';
import type { Kernel, RegisteredDefinition } from './kernel/kernel.ts';
import { migrationChain, type MigrationLink } from './migration.ts';
import type { Registry } from './registry.ts';

export type VersionMove = { registered: RegisteredDefinition; chain: readonly MigrationLink[] };

export type VersionChoice =
  /** Its version is here; `record` names the structure that is here. */
  | { kind: 'keeps'; registered: RegisteredDefinition; record: ActorRecord }
  | { kind: 'adopts'; registered: RegisteredDefinition; record: ActorRecord }
  /** A newer version wants it at once. */
  | { kind: 'migrates'; move: VersionMove }
  /** Someone else may have its version. If nobody has, it is moved, or it stalls. */
  | { kind: 'asks'; move: VersionMove | null; otherwise: StallCause };

export function chooseVersion(
  { kernel, registry }: { kernel: Kernel; registry: Registry },
  record: ActorRecord,
): VersionChoice {
  const own = registry.of(record);
  const eager = registry.isEager(partsOf(record.address).type) ? moveOf(registry, record) : null;
  if (eager !== null) return { kind: 'migrates', move: eager };
  if (own !== undefined && own.hash === record.definition.hash)
    return { kind: 'keeps', registered: own, record };
  const differences = own === undefined ? null : kernel.differences(own, record);
  if (own !== undefined && differences?.length === 0) {
    const definition = { ...record.definition, hash: own.hash };
    return { kind: 'adopts', registered: own, record: { ...record, definition } };
  }
  const move = moveOf(registry, record);
  const otherwise = differences === null ? missing(registry, record) : changed(record, differences);
  return { kind: 'asks', move, otherwise };
}

function moveOf(registry: Registry, record: ActorRecord): VersionMove | null {
  if (record.status !== 'active') return null;
  const versions = registry.versionsOf(partsOf(record.address).type);
  const registered = versions.at(-1);
  const chain = migrationChain(
    versions.map(({ definition }) => definition),
    record.definition.version,
  );
  return registered === undefined || chain === null ? null : { registered, chain };
}

function changed({ address, definition }: ActorRecord, differences: readonly string[]): StallCause {
  const { type } = partsOf(address);
  return {
    code: 'DEFINITION_CHANGED',
    reason:
      `'${type}' version ${definition.version} has another structure now than when this actor was stored ` +
      `(${definition.hash}), and the actor cannot go on in it: ${differences.join('; ')}.`,
    remedy:
      `Restore the former machine as version ${definition.version}, give the changed one a higher version with a ` +
      `migration from ${definition.version}, and start a worker with it. The actor goes on by itself.`,
  };
}

function missing(registry: Registry, { address, definition }: ActorRecord): StallCause {
  const { type } = partsOf(address);
  const here = registry.versionsOf(type).map((registered) => registered.definition.version);
  const known = here.length === 0 ? 'no version of it' : `version ${here.join(', ')}`;
  return {
    code: 'DEFINITION_MISSING',
    reason:
      `The actor is pinned to '${type}' version ${definition.version} (structure ${definition.hash}). ` +
      `No living worker has it; the owner has ${known}, and no migration from ${definition.version}.`,
    remedy:
      `Start a worker with '${type}' version ${definition.version}, or register a newer version with a migration from ` +
      `${definition.version}. The actor goes on by itself.`,
  };
}

/** Why a migration left an actor where it was. */
export function migrationFailed(message: string): StallCause {
  return {
    code: 'MIGRATION_FAILED',
    reason: message,
    remedy:
      'Mend the migration, or start a worker with the version the actor is pinned to. Its data is untouched, and it goes on by itself.',
  };
}

/** Why a step that another node would compute does not fit on the bus. */
export function stepTooLarge(sizes: { sizeBytes: number; limitBytes: number }): StallCause {
  return {
    code: 'STEP_TOO_LARGE',
    reason:
      `Only another node has the actor's version, and one step has ${sizes.sizeBytes} bytes, more than the ` +
      `${sizes.limitBytes} that the bus carries at once.`,
    remedy:
      'Register the version on every node, raise max_payload of the NATS servers, or keep large payloads out of the actor.',
  };
}
