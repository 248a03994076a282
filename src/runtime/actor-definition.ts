/** One actor type: a machine with a name and a version, ready to be registered. */
import type { AnyStateMachine } from 'xstate';
import type { StateValue } from '#contracts/actor-record.ts';
import type { DefinitionChecks } from './definition-checks.ts';
import type { Migration } from './migration.ts';

export type ViewArguments<Context> = { context: Context; value: StateValue; output: unknown };

export type ActorDefinition = {
  /** Actor type: the second part of its addresses. */
  type: string;
  /** Rises with each incompatible change of the machine. Running actors keep the version they started with. */
  version: number;
  machine: AnyStateMachine;
  /**
   * What others may see of it. Pure; JSON, where fields that are `undefined` are left out.
   * Nothing but status and state value when absent.
   */
  view?: (args: ViewArguments<never>) => unknown;
  /** What values must look like; everything that is JSON when absent. */
  checks?: DefinitionChecks;
  /** Whether an event to an actor that does not exist starts it first, with input `{ id }`. Default false. */
  startOnEvent?: boolean;
  /** Moves actors of earlier versions, by the version they are pinned to: see docs/versions.md. */
  migrations?: Readonly<Record<number, Migration>>;
  /**
   * When an actor of an earlier version is migrated. `when-missing` (default): when nobody alive has its version.
   * `eager`: at its next step on a node that has this version.
   */
  migrate?: 'when-missing' | 'eager';
  /** How long the record is kept after the end, in milliseconds. Default 30 days. */
  retentionMs?: number;
};
