/**
 * Moves a record to a later version, as one step.
 *
 * V1 Both sides of each migration are checked; whatever goes wrong throws, and the record stays as it is.
 * V2 The states the actor arrives in have what they would have had on entry: timers of `after` and invoked children that
 *    the record lacks are started, those that no state wants end, and those that stay keep their due time, birth and
 *    attempts. Entry actions are not run: a migration says itself what the context is.
 * V3 Nothing the actor has heard of is forgotten: watermarks, births and generations go on from where they were.
 */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { z } from 'zod';
import type { ActorSnapshot, MigrationLink } from '../migration.ts';
import { RuntimeError } from '../runtime-error.ts';
import { childFault, isAfter, needsOf } from './active-needs.ts';
import { beginTransition } from './actor-scope.ts';
import { decodeContext, encodeContext } from './checked-codec.ts';
import { childChanges } from './children.ts';
import { collectEffects } from './collect-effects.ts';
import { openDraft, referencesOf, type Draft } from './draft.ts';
import { isTooLarge, recordOf, settleAlarm } from './finish-step.ts';
import type { StepOutcome } from './kernel.ts';
import { restoreSnapshot } from './live-snapshot.ts';
import { stepNote } from './note-step.ts';
import { spawnAction } from './spawn-action.ts';
import type { PreparedDefinition } from './prepared-definition.ts';
import { contextDifferences, unknownHistory } from './structure-differences.ts';
import { transition } from './transition.ts';
import type { ActorReference, CollectedAction, LiveSnapshot, NodeInternals } from './xstate-internals.ts';

/** Type of the event that input and delay functions see while a migration arms a state. */
const MIGRATED = 'windlass.migrated';

type Migration = { chain: readonly MigrationLink[]; nowMs: number };

/** @throws RuntimeError `MIGRATION_FAILED`: nothing may be committed */
export function migrate(
  prepared: PreparedDefinition,
  record: ActorRecord,
  { chain, nowMs }: Migration,
): StepOutcome {
  const { version } = prepared.definition;
  const { draft, children } = openDraft(prepared, record, Math.max(nowMs, record.updatedAtMs));
  const { state } = draft;
  try {
    const next = snapshotAfter(draft, { record, children, chain });
    const { json, sizeChars } = encodeContext(next.context, referencesOf(draft, children));
    state.context = json;
    state.contextSizeChars = sizeChars;
    prepared.renew();
    state.snapshot = restoreSnapshot(
      prepared.machine,
      { value: next.value, context: json, history: next.history ?? {} },
      { scope: draft.scope, context: next.context, children },
    );
    refuseFinal(prepared.machine.root, new Set(state.snapshot._nodes));
    arm(draft, { fromVersion: record.definition.version });
    takeEventless(draft, record.definition.version);
    if (state.status === 'error') throw new Error(state.error?.message);
  } catch (cause) {
    throw migrationFailed(record, version, cause);
  }
  settleAlarm(draft);
  const { applied, heard, startedAtMs } = record;
  const { wakeAtMs: _alarm, systemIds: _ids, ...kept } = record;
  const now = recordOf(
    draft,
    {
      step: record.step + 1,
      applied,
      startedAtMs,
      definition: { version, hash: prepared.hash },
      ...(heard === undefined ? {} : { heard }),
    },
    record.state,
  );
  // Whatever else the record holds stays: keys of clients, a pause, counts.
  const moved = { ...kept, ...now };
  if (isTooLarge(draft, moved)) throw migrationFailed(record, version, new Error('The record is too large.'));
  const moves = chain.map(({ from, to }) => ({
    id: `${record.address}@${from}-${to}`,
    kind: 'migration',
    type: `${from} to ${to}`,
  }));
  const { effects } = state;
  const note = stepNote({ record: moved, before: record.state, effects, applied: moves, refused: [] });
  return { record: moved, effects, refusals: [], note };
}

function migrationFailed(record: ActorRecord, version: number, cause: unknown): RuntimeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RuntimeError(
    'MIGRATION_FAILED',
    `${record.address} could not be moved from version ${record.definition.version} to ${version}: ${why}`,
    { cause },
  );
}

type Moving = {
  record: ActorRecord;
  children: Record<string, ActorReference>;
  chain: readonly MigrationLink[];
};

/** The snapshot at the end of the chain. */
function snapshotAfter(draft: Draft, { record, children, chain }: Moving): ActorSnapshot {
  const { value, history } = record.state;
  const context = decodeContext(record.state.context, referencesOf(draft, children));
  let snapshot: ActorSnapshot = { value, context, history };
  for (const { from, to, migration } of chain) {
    const before = checked(migration.from, snapshot, `the snapshot of version ${from}`);
    const after = migration.migrate(before as never);
    const result = checked(migration.to, after, `the result for version ${to}`) as ActorSnapshot;
    snapshot = { ...result, history: result.history ?? snapshot.history };
  }
  const faults = [
    ...contextDifferences(draft.prepared, snapshot.context),
    ...unknownHistory(draft.prepared, snapshot.history ?? {}).map(
      (id) => `the history remembers '${id}', which no longer exists; leave it out of the result`,
    ),
  ];
  if (faults.length > 0) throw new Error(faults.join('; '));
  return snapshot;
}

function checked(schema: z.ZodType, value: unknown, what: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  throw new Error(`${what} does not match its schema (${faults.join('; ')})`);
}

/** Entering a final state ends an actor; being put into one would leave it neither ended nor alive. */
function refuseFinal(root: NodeInternals, active: ReadonlySet<NodeInternals>): void {
  if (isComplete(root, active))
    throw new Error('A migration cannot end an actor. Move it to a state that ends by itself.');
}

function isComplete(node: NodeInternals, active: ReadonlySet<NodeInternals>): boolean {
  const children = Object.values(node.states).filter((child) => active.has(child));
  if (node.type === 'parallel') return children.every((child) => isComplete(child, active));
  return node.type === 'compound' && children.some((child) => child.type === 'final');
}

/** Starts what the active states want and the actor lacks, ends what they do not want. */
function arm(draft: Draft, { fromVersion }: { fromVersion: number }): void {
  const { state, scope, prepared } = draft;
  const needs = needsOf(state.snapshot._nodes);
  for (const [id, { event, to }] of state.timers) {
    const isWanted = isAfter(id)
      ? needs.timers.has(id)
      : to !== undefined || prepared.events.matches(event.type);
    if (!isWanted) state.timers.delete(id);
  }
  const kept: Record<string, ActorReference | undefined> = {};
  // What goes is stopped before what takes its id is started.
  const collected: CollectedAction[] = [];
  for (const [reference, { id, child }] of draft.references) {
    const activityName = state.activities.get(id)?.name;
    const fault = childFault(prepared, needs, {
      id,
      child,
      ...(activityName === undefined ? {} : { activityName }),
    });
    if (fault === undefined) kept[id] = reference;
    else collected.push({ type: 'xstate.stopChild', params: reference });
  }
  beginTransition(scope, state.snapshot, undefined);
  let next: LiveSnapshot = { ...state.snapshot, children: kept };
  const args = {
    context: next.context,
    event: { type: MIGRATED, fromVersion },
    self: scope.self,
    system: scope.system,
  };
  for (const [id, action] of needs.timers) {
    if (state.timers.has(id)) continue;
    const [, params] = action.resolve(scope, next, args, undefined, action, { internalQueue: [] });
    collected.push({ type: action.type, params });
  }
  for (const [id, invoke] of needs.invokes) {
    if (kept[id] !== undefined) continue;
    const action = spawnAction(invoke);
    const [after, params] = action.resolve(scope, next, args, undefined, action, { internalQueue: [] });
    next = after;
    collected.push({ type: action.type, params });
  }
  scope.collected = collected;
  collectEffects(draft, childChanges(draft, next));
  state.snapshot = { ...state.snapshot, children: next.children };
}

/** `always` transitions of the new states; a machine may also name the event to act on its migration. */
function takeEventless(draft: Draft, fromVersion: number): void {
  const { events } = draft.prepared;
  const waits = draft.state.snapshot._nodes.some((node) => (node.always ?? []).length > 0);
  if (events.names(MIGRATED) || (waits && !events.matches(MIGRATED)))
    transition(draft, { type: MIGRATED, fromVersion });
}
