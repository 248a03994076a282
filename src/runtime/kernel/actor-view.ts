/** What others may see of an actor. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import type { Json } from '#contracts/json.ts';
import type { ActorDefinition } from '../actor-definition.ts';
import { decodeContext, toJson } from './checked-codec.ts';

/** The public view of a record. */
export function viewOf(definition: ActorDefinition, record: ActorRecord): ActorView {
  const detail = detailOf(definition, record);
  const { error } = record.state;
  return {
    v: 1,
    address: record.address,
    ...(record.parent === undefined ? {} : { parent: record.parent.address }),
    status: record.status,
    hash: record.definition.hash,
    value: record.state.value,
    step: record.step,
    startedAtMs: record.startedAtMs,
    updatedAtMs: record.updatedAtMs,
    activities: Object.entries(record.activities).map(([childId, activity]) => {
      const { name, birth, attempt, scheduledAtMs, deadlineAtMs } = activity;
      const { nextAttemptAtMs, lastFailure, lastHeartbeat, startedAtMs, asyncUntilMs } = activity;
      return {
        childId,
        name,
        birth,
        attempt,
        scheduledAtMs,
        deadlineAtMs,
        ...(nextAttemptAtMs === undefined ? {} : { nextAttemptAtMs }),
        ...(lastFailure === undefined ? {} : { lastFailure }),
        ...(lastHeartbeat === undefined ? {} : { lastHeartbeat }),
        ...(startedAtMs === undefined ? {} : { startedAtMs }),
        ...(asyncUntilMs === undefined ? {} : { asyncUntilMs }),
      };
    }),
    ...(detail === undefined ? {} : { detail }),
    ...(error === undefined ? {} : { error }),
  };
}

/** A fault in a view must not stop the actor: it is shown in the view itself. */
function detailOf(definition: ActorDefinition, record: ActorRecord): Json | undefined {
  if (definition.view === undefined) return undefined;
  const references = {
    identityOf: () => ({ id: '', birth: 0 }),
    revive: ({ id }: { id: string }) => ({ id }),
  };
  try {
    const context = decodeContext(record.state.context, references);
    const { value, output } = record.state;
    return toJson(definition.view({ context: context as never, value, output }), 'detail').json;
  } catch (error) {
    return { viewFailed: error instanceof Error ? error.message : String(error) };
  }
}
