/**
 * Whether one actor, in the situation it is in, can go on under another structure of the same version.
 *
 * The structure it was stored under is not at hand, so the question is put to the record: everything it holds must have
 * its place in the new structure, and everything the new structure would have going in its states must be held. When in
 * doubt the answer is no: an actor then asks for a worker with the old structure, or stalls, and loses nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ActorRecord } from '#contracts/actor-record.ts';
import { childFault, isAfter, needsOf, type ActiveNeeds } from './active-needs.ts';
import { draftOf, type Draft } from './draft.ts';
import type { PreparedDefinition } from './prepared-definition.ts';
import { nodesOf } from './xstate-internals.ts';

/** What differs, in words for a person; empty when the actor can go on. */
export function structureDifferences(prepared: PreparedDefinition, record: ActorRecord): readonly string[] {
  if (record.status !== 'active') return [];
  let draft: Draft;
  try {
    draft = draftOf(prepared, record, record.updatedAtMs);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  const { snapshot } = draft.state;
  const needs = needsOf(snapshot._nodes);
  return [
    ...(isDeepStrictEqual(snapshot.value, record.state.value)
      ? []
      : [
          `the state ${JSON.stringify(record.state.value)} would become ${JSON.stringify(snapshot.value)} ` +
            `without the entry actions, timers and children of the new states`,
        ]),
    ...childDifferences(prepared, record, needs),
    ...timerDifferences(prepared, record, needs),
    ...historyDifferences(prepared, record),
    ...contextDifferences(prepared, snapshot.context),
  ];
}

function childDifferences(prepared: PreparedDefinition, record: ActorRecord, needs: ActiveNeeds): string[] {
  const faults = Object.entries(record.children).flatMap(([id, child]) => {
    const activityName = record.activities[id]?.name;
    return (
      childFault(prepared, needs, { id, child, ...(activityName === undefined ? {} : { activityName }) }) ??
      []
    );
  });
  const missing = [...needs.invokes.values()]
    .filter(({ id }) => record.children[id] === undefined)
    .map(({ id, src }) => `an active state now invokes '${src}' as '${id}', which was never started`);
  return [...faults, ...missing];
}

function timerDifferences(prepared: PreparedDefinition, record: ActorRecord, needs: ActiveNeeds): string[] {
  const gone = Object.entries(record.timers).flatMap(([id, { event, to }]) => {
    if (isAfter(id))
      return needs.timers.has(id) ? [] : [`timer '${id}' belongs to none of the active states`];
    return to !== undefined || prepared.events.matches(event.type)
      ? []
      : [`timer '${id}' sends '${event.type}', which no state takes any more`];
  });
  const missing = [...needs.timers.keys()]
    .filter((id) => record.timers[id] === undefined)
    .map((id) => `timer '${id}' of an active state is not set; it is new, or it has fired already`);
  return [...gone, ...missing];
}

function historyDifferences(prepared: PreparedDefinition, record: ActorRecord): string[] {
  const gone = unknownHistory(prepared, record.state.history);
  return gone.map((id) => `a history state remembers '${id}', which no longer exists`);
}

/** Ids in a history that the machine does not have. */
export function unknownHistory(
  prepared: PreparedDefinition,
  history: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const known = new Set(nodesOf(prepared.machine.root).map((node) => node.id));
  return [...new Set(Object.entries(history).flat(2))].filter((id) => !known.has(id));
}

/** What the definition's own check has against a context. */
export function contextDifferences(prepared: PreparedDefinition, context: unknown): readonly string[] {
  const checked = prepared.definition.checks?.context?.(context);
  return checked !== undefined && 'problem' in checked ? [checked.problem] : [];
}
