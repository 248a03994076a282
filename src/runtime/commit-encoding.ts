/** A commit as messages: the same in every binding, so that all bindings store the same things. */
import { ActorRecord } from '#contracts/actor-record.ts';
import { ActorView } from '#contracts/actor-view.ts';
import { ActivityTask } from '#contracts/activity-task.ts';
import type { Address } from '#contracts/address.ts';
import { Envelope } from '#contracts/envelope.ts';
import { StoredNearMark } from '#contracts/near-mark.ts';
import type { Effect } from './effects.ts';
import { encodeNote } from './note-encoding.ts';
import type { Commit } from './ports.ts';

/** What a commit stores or schedules besides the record. */
export type CommitPart =
  | { kind: 'envelope'; envelope: Envelope }
  | { kind: 'task'; task: ActivityTask }
  | { kind: 'near-mark'; mark: StoredNearMark }
  | { kind: 'alarm'; dueAtMs: number; envelope: Envelope };

export type EncodedCommit = {
  record: string;
  view: string;
  note: string;
  parts: readonly CommitPart[];
  clearsAlarm: boolean;
};

/** Checks everything on its way out. @throws ZodError a programming error: nothing is stored. */
export function encodeCommit(commit: Commit): EncodedCommit {
  const record = JSON.stringify(ActorRecord.parse(commit.record));
  const view = JSON.stringify(ActorView.parse(commit.view));
  const note = encodeNote(commit.note);
  const parts: CommitPart[] = [];
  let clearsAlarm = false;
  commit.effects.forEach((effect, index) => {
    if (effect.kind === 'clear-wake') clearsAlarm = true;
    const part = partOf(effect, {
      from: commit.record.address,
      step: commit.record.step,
      life: commit.record.life,
      index,
      near: commit.near,
    });
    if (part) parts.push(part);
  });
  if (commit.nearMark) parts.push(nearMarkPart({ actor: commit.record.address, ...commit.nearMark }));
  // An alarm that is set replaces the old one anyway.
  if (parts.some((part) => part.kind === 'alarm')) clearsAlarm = false;
  return { record, view, note, parts, clearsAlarm };
}

type Origin = {
  from: Address;
  step: number;
  life: number | undefined;
  index: number;
  near: Commit['near'];
};

function partOf(effect: Effect, origin: Origin): CommitPart | null {
  const base = { v: 1 as const, id: idOf(origin) };
  switch (effect.kind) {
    case 'send':
      return envelopePart({ ...base, kind: 'event', to: effect.to, event: effect.event, from: origin.from });
    case 'start-actor':
      return envelopePart({
        ...base,
        kind: 'start',
        to: effect.to,
        parent: effect.parent,
        ...(effect.input === undefined ? {} : { input: effect.input }),
      });
    case 'system-id':
    case 'system-event':
      return envelopePart({ ...base, ...effect, from: origin.from });
    case 'stop-actor':
      return envelopePart({ ...base, kind: 'stop', to: effect.to });
    case 'cancel-actor':
      return envelopePart({ ...base, kind: 'cancel', to: effect.to, reason: effect.reason });
    case 'run-activity':
      // the record holds what a near attempt needs
      if (origin.near?.has(effect.task) === true) return null;
      return { kind: 'task', task: ActivityTask.parse({ ...effect.task, step: origin.step }) };
    case 'set-wake':
      return {
        kind: 'alarm',
        dueAtMs: effect.dueAtMs,
        envelope: Envelope.parse({ ...base, kind: 'wake', to: origin.from, dueAtMs: effect.dueAtMs }),
      };
    // what is emitted travels in the note
    case 'emit':
    case 'clear-wake':
    case 'cancel-activity':
    case 'log':
      return null;
  }
}

function nearMarkPart(mark: { actor: Address; node: string }): CommitPart {
  return { kind: 'near-mark', mark: StoredNearMark.parse({ v: 1, ...mark }) };
}

function envelopePart(envelope: Envelope): CommitPart {
  return { kind: 'envelope', envelope: Envelope.parse(envelope) };
}

/** Unique for ever: a server that saw it a while ago drops it in silence. */
function idOf({ from, step, index, life }: Origin): string {
  return `${from}@${step}.${index}${life === undefined ? '' : `~${life}`}`;
}

/** Names one attempt of an activity, for ever as well. */
export function taskName({ birth, attempt, life }: ActivityTask): string {
  return `${birth}-${attempt}${life === undefined ? '' : `-${life}`}`;
}
