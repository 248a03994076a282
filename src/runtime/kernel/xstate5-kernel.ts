/** The kernel over XState 5.33: see {@link Kernel} for its laws. All XState internals live in this folder. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { RuntimeError } from '../runtime-error.ts';
import { viewOf } from './actor-view.ts';
import { draftOf, emptyDraft, type Draft } from './draft.ts';
import { HELD_PER_STEP } from './actor-control.ts';
import { actorFailed } from './failure-of.ts';
import { withImplied } from './implied-definitions.ts';
import { RECORD_CHARS_MAX, recordOf, settleAlarm, sizeOf, type RecordFrame } from './finish-step.ts';
import type { Birth, Kernel, StepArguments, StepOutcome } from './kernel.ts';
import { migrate } from './migrate.ts';
import { appliedNote } from './note-step.ts';
import { prepareDefinition, preparedOf, type PreparedDefinition } from './prepared-definition.ts';
import { replaced } from './replace.ts';
import { frameAfter, outcomeOf, stepTimeMs } from './step-outcome.ts';
import { tellSnapshot } from './sync-snapshot.ts';
import { structureDifferences } from './structure-differences.ts';
import {
  closeMail,
  drain,
  isNew,
  nothingTaken,
  rememberedOf,
  refuseMail,
  takeDeliveries,
  tellUnheard,
  type Taken,
} from './take-deliveries.ts';
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
  const { address, parent, input, delivery, startedBy, life, replaces: old } = birth;
  const startMs = Math.max(nowMs, old?.updatedAtMs ?? 0);
  const open = () => {
    const sequence = old?.sequence ?? 0;
    const empty = emptyDraft({
      prepared,
      address,
      parent,
      life,
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
    ...(old?.heardLives === undefined ? {} : { heardLives: old.heardLives }),
    ...(old?.asked === undefined ? {} : { asked: old.asked }),
    ...(startedBy === undefined ? {} : { startedBy }),
    ...(life === undefined ? {} : { life }),
    startedAtMs: startMs,
    definition: { version: prepared.definition.version, hash: prepared.hash },
  };
  const taken = nothingTaken();
  if (old !== undefined) refuseMail(taken, old);
  if (delivery !== undefined) taken.notes.applied.push(appliedNote(delivery.envelope));
  tellUnheard(draft, taken, delivery?.envelope.id ?? address);
  return finish(draft, { frame, reopen: open, before: undefined, taken });
}

function step(prepared: PreparedDefinition, record: ActorRecord, args: StepArguments): StepOutcome {
  if (record.definition.version !== prepared.definition.version) {
    throw new RuntimeError(
      'DEFINITION_VERSION_MISSING',
      `${record.address} runs version ${record.definition.version} of '${prepared.definition.type}', ` +
        `this is version ${prepared.definition.version}. Register the older version beside it.`,
    );
  }
  const fresh = args.deliveries.filter((delivery) => isNew(delivery, record.applied));
  const stepMs = stepTimeMs(record, { deliveries: fresh, nowMs: args.nowMs });
  const open = () => draftOf(prepared, record, stepMs);
  const draft = open();
  const taken = nothingTaken(record);
  drain(draft, taken, args.heldMax ?? HELD_PER_STEP);
  const read = takeDeliveries(draft, taken, { record, deliveries: fresh });
  closeMail(draft, taken);
  if (taken.notes.applied.length > 0) tellSnapshot(draft);
  const frame = frameAfter(record, { ...read, ...rememberedOf(taken) });
  return finish(draft, { frame, reopen: open, before: record.state, taken });
}

type Finish = {
  frame: RecordFrame;
  /** The draft as it was before the step. */
  reopen: () => Draft;
  before: ActorRecord['state'] | undefined;
  taken: Taken;
};

function finish(draft: Draft, { frame, reopen, before, taken }: Finish): StepOutcome {
  settleAlarm(draft);
  const record = recordOf(draft, frame, before);
  const sizeChars = sizeOf(draft, record);
  if (sizeChars === undefined || sizeChars <= RECORD_CHARS_MAX)
    return outcomeOf(draft, { record, before, taken, sizeChars });
  // nothing of the step may be stored: the actor ends where it was before
  const undone = reopen();
  undone.control.held = draft.control.held;
  fail(
    undone,
    actorFailed(
      'RECORD_TOO_LARGE',
      `The actor's record grew over ${RECORD_CHARS_MAX} characters. Keep large payloads elsewhere and store a reference.`,
    ),
  );
  closeMail(undone, taken);
  settleAlarm(undone);
  return outcomeOf(undone, { record: recordOf(undone, frame, before), before, taken });
}
