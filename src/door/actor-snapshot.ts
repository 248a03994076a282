/** An actor as it is stored, read without any worker. */
import { matchesState, type StateFrom, type StateValueFrom, type TagsFrom } from 'xstate';
import type { z } from 'zod';
import type { ActorRecord, ActorStatus, Pause, Stall } from '#contracts/actor-record.ts';
import type { Failure } from '#contracts/failure.ts';
import { check } from '#define/contract.ts';
import type { AnyDurable } from '#define/durable.ts';
import { decodeContext } from '#runtime/kernel/checked-codec.ts';
import { ClientError } from './client-error.ts';

export type ActorSnapshot<D extends AnyDurable> = {
  readonly status: ActorStatus;
  readonly value: StateFrom<D['machine']>['value'];
  readonly context: z.output<D['contract']['context']>;
  readonly tags: ReadonlySet<TagsFrom<D['machine']>>;
  /** Set once the status is `done`. */
  readonly output: z.output<D['contract']['output']> | undefined;
  /** Set when the status is `error`, and for an actor that somebody ended. */
  readonly error: Failure | undefined;
  /** Commits so far. */
  readonly step: number;
  /** Definition version it runs. */
  readonly version: number;
  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  /** Somebody paused it. */
  readonly paused: Pause | undefined;
  /** It cannot go on by itself: says why, and what to do. */
  readonly stalled: Stall | undefined;
  /** Whether it is in a state: `'paying'`, or `{ region: 'state' }` for a part of a parallel state. */
  matches(state: StateValueFrom<D['machine']>): boolean;
  hasTag(tag: TagsFrom<D['machine']>): boolean;
};

/** @throws ClientError `CONTEXT_INVALID` when another version of the contract wrote it. */
export function snapshotOf<D extends AnyDurable>(actor: D, record: ActorRecord): ActorSnapshot<D> {
  const { state, definition } = record;
  const context = contextOf(actor, record);
  const tags = tagsOf(actor, { value: state.value, context }) as ReadonlySet<TagsFrom<D['machine']>>;
  return {
    status: record.status,
    value: state.value as ActorSnapshot<D>['value'],
    context: context as ActorSnapshot<D>['context'],
    tags,
    output: state.output as ActorSnapshot<D>['output'],
    error: state.error,
    step: record.step,
    version: definition.version,
    startedAtMs: record.startedAtMs,
    updatedAtMs: record.updatedAtMs,
    paused: record.paused,
    stalled: record.stalled,
    matches: (wanted) => matchesState(wanted as string, state.value as string),
    hasTag: (tag) => tags.has(tag),
  };
}

function contextOf({ contract }: AnyDurable, record: ActorRecord): unknown {
  const stored = decodeContext(record.state.context, {
    identityOf: () => ({ id: '', birth: 0 }),
    revive: (identity) => identity,
  });
  // a machine that threw before its first state has no context
  if (record.status !== 'active' && Object.keys(stored).length === 0) return stored;
  const checked = check(contract.context, stored);
  if ('value' in checked) return checked.value;
  throw new ClientError(
    'CONTEXT_INVALID',
    `${record.address} runs version ${record.definition.version} of '${contract.id}', and its context does not fit ` +
      `version ${contract.version} of the contract: ${checked.problem}. Use the contract of its version.`,
  );
}

/** The machine knows its tags; a state it does not know (of another version) has none. */
function tagsOf({ machine }: AnyDurable, at: { value: unknown; context: unknown }): ReadonlySet<string> {
  try {
    return machine.resolveState({ value: at.value as string, context: at.context }).tags as Set<string>;
  } catch {
    return new Set();
  }
}
