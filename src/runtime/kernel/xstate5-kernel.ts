/** The kernel over XState 5.33: see {@link Kernel} for its laws. All XState internals live in this folder. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { AppliedNote, RefusedNote } from '#contracts/step-note.ts';
import { RuntimeError } from '../runtime-error.ts';
import { viewOf } from './actor-view.ts';
import { isKnownKey, withKeyOf } from './client-keys.ts';
import { deliver } from './deliver.ts';
import { draftOf, emptyDraft, type Draft } from './draft.ts';
import { actorFailed } from './failure-of.ts';
import { withImplied } from './implied-definitions.ts';
import { hear, type Heard } from './heard.ts';
import { isTooLarge, RECORD_CHARS_MAX, recordOf, settleAlarm, type RecordFrame } from './finish-step.ts';
import type { Birth, Delivery, Kernel, Refusal, StepOutcome } from './kernel.ts';
import { migrate } from './migrate.ts';
import { appliedNote, refusedNote, stepNote } from './note-step.ts';
import { prepareDefinition, preparedOf, type PreparedDefinition } from './prepared-definition.ts';
import { replaced } from './replace.ts';
import { tellSnapshot } from './sync-snapshot.ts';
import { structureDifferences } from './structure-differences.ts';
import { enter, fail } from './transition.ts';

export function createKernel(): Kernel {
  return {
    withImplied,
    register: prepareDefinition,
    create: (registered, birth, nowMs) => create(preparedOf(registered), birth, nowMs),
    step: (registered, record, args) => step(preparedOf(registered), record, args),
    differences: (registered, record) => structureDifferences(preparedOf(registered), record),
    migrate: (registered, record, args) => migrate(preparedOf(registered), record, args),
    view: (registered, record) => viewOf(registered?.definition, record),
    describe: (registered) => preparedOf(registered).describe(),
  };
}

function create(prepared: PreparedDefinition, birth: Birth, nowMs: number): StepOutcome {
  const { address, parent, input, delivery, startedBy, replaces: old } = birth;
  const startMs = Math.max(nowMs, old?.updatedAtMs ?? 0);
  const open = () => {
    const sequence = old?.sequence ?? 0;
    const empty = emptyDraft({
      prepared,
      address,
      parent,
      nowMs: startMs,
      sequence,
      armedAtMs: old?.wakeAtMs,
    });
    if (old !== undefined) empty.state.effects.push(...replaced(old));
    return empty;
  };
  const draft = open();
  enter(draft, input);
  tellSnapshot(draft);
  const frame: RecordFrame = {
    step: (old?.step ?? 0) + 1,
    applied: {
      ...(old?.applied ?? { mailbox: 0, ingress: 0 }),
      ...(delivery && { [delivery.log]: delivery.sequence }),
    },
    ...(old?.heard === undefined ? {} : { heard: old.heard }),
    ...(startedBy === undefined ? {} : { startedBy }),
    startedAtMs: startMs,
    definition: { version: prepared.definition.version, hash: prepared.hash },
  };
  const applied = delivery === undefined ? [] : [appliedNote(delivery.envelope)];
  return finish(draft, { frame, reopen: open, refusals: [], before: undefined, applied, refused: [] });
}

type StepArguments = { deliveries: readonly Delivery[]; nowMs: number };

function step(
  prepared: PreparedDefinition,
  record: ActorRecord,
  { deliveries, nowMs }: StepArguments,
): StepOutcome {
  if (record.definition.version !== prepared.definition.version) {
    throw new RuntimeError(
      'DEFINITION_VERSION_MISSING',
      `${record.address} runs version ${record.definition.version} of '${prepared.definition.type}', ` +
        `this is version ${prepared.definition.version}. Register the older version beside it.`,
    );
  }
  const fresh = deliveries.filter((delivery) => isNew(delivery, record.applied));
  const stepMs = stepTimeMs(record, { deliveries: fresh, nowMs });
  const open = () => draftOf(prepared, record, stepMs);
  const draft = open();
  const applied = { ...record.applied };
  let heard: Heard = record.heard ?? {};
  let keys: readonly string[] = record.keys ?? [];
  const refusals: Refusal[] = [];
  const notes: Pick<Finish, 'applied' | 'refused'> = { applied: [], refused: [] };
  for (const delivery of fresh) {
    const { envelope } = delivery;
    if (!isNew(delivery, applied)) continue;
    if (delivery.direct !== true) applied[delivery.log] = delivery.sequence;
    const heardNow = hear(heard, delivery);
    const isRepeated = heardNow === null || isKnownKey(keys, envelope);
    const reason = isRepeated ? 'repeated' : deliver(draft, envelope);
    heard = heardNow ?? heard;
    if (reason === undefined) {
      keys = withKeyOf(keys, envelope);
      notes.applied.push(appliedNote(envelope));
    } else {
      refusals.push({ envelopeId: envelope.id, reason });
      notes.refused.push(refusedNote(envelope, reason));
    }
  }
  if (fresh.length > refusals.length) tellSnapshot(draft);
  const frame: RecordFrame = {
    step: record.step + 1,
    applied,
    ...(Object.keys(heard).length > 0 ? { heard } : {}),
    keys,
    ...(record.startedBy === undefined ? {} : { startedBy: record.startedBy }),
    startedAtMs: record.startedAtMs,
    definition: record.definition,
  };
  return finish(draft, { frame, reopen: open, refusals, before: record.state, ...notes });
}

function isNew(delivery: Delivery, applied: ActorRecord['applied']): boolean {
  return delivery.direct === true || delivery.sequence > applied[delivery.log];
}

/** One time for the whole step: never before an earlier step, nor before the alarm that caused it. */
function stepTimeMs(record: ActorRecord, { deliveries, nowMs }: StepArguments): number {
  const alarms = deliveries.map(({ envelope }) => (envelope.kind === 'wake' ? envelope.dueAtMs : 0));
  return Math.max(nowMs, record.updatedAtMs, ...alarms);
}

type Finish = {
  frame: RecordFrame;
  /** The draft as it was before the step. */
  reopen: () => Draft;
  refusals: readonly Refusal[];
  before: ActorRecord['state'] | undefined;
  applied: AppliedNote[];
  refused: RefusedNote[];
};

function finish(draft: Draft, { frame, reopen, refusals, before, ...notes }: Finish): StepOutcome {
  const outcomeOf = (ended: Draft, record: ActorRecord): StepOutcome => {
    const { effects } = ended.state;
    return { record, effects, refusals, note: stepNote({ record, before, effects, ...notes }) };
  };
  settleAlarm(draft);
  const record = recordOf(draft, frame, before);
  if (!isTooLarge(draft, record)) return outcomeOf(draft, record);
  // nothing of the step may be stored: the actor ends where it was before
  const undone = reopen();
  fail(
    undone,
    actorFailed(
      'RECORD_TOO_LARGE',
      `The actor's record grew over ${RECORD_CHARS_MAX} characters. Keep large payloads elsewhere and store a reference.`,
    ),
  );
  settleAlarm(undone);
  return outcomeOf(undone, recordOf(undone, frame, before));
}
