/** One actor type: a machine with a name and a version, ready to be registered. */
import type { AnyStateMachine } from 'xstate';
import type { StateValue } from '#contracts/actor-record.ts';
import type { DefinitionChecks } from './definition-checks.ts';

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
  /** How long the record is kept after the end, in milliseconds. Default 30 days. */
  retentionMs?: number;
};
