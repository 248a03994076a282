/** Records, views and commits for tests that need no machine. */
import { ActorRecord } from '#contracts/actor-record.ts';
import type { ActivityTask } from '#contracts/activity-task.ts';
import { ActorView } from '#contracts/actor-view.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { Effect } from '#runtime/effects.ts';
import type { StepNote } from '#contracts/step-note.ts';
import type { Commit } from '#runtime/ports.ts';
import { placeOf, type Topology } from '#contracts/topology.ts';

/** Address of a root actor. */
export function rootAddress(service: string, id: string): Address {
  return addressOf({ service, type: 'probe', root: id, id });
}

export function aRecord(address: Address, overrides: Partial<ActorRecord> = {}): ActorRecord {
  return ActorRecord.parse({
    v: 1,
    address,
    definition: { version: 1, hash: 'h' },
    status: 'active',
    state: { value: 'idle', context: { note: 'é✓' }, history: {} },
    children: {},
    timers: {},
    activities: {},
    step: 1,
    sequence: 0,
    applied: { mailbox: 0, ingress: 0 },
    startedAtMs: 1,
    updatedAtMs: 1,
    ...overrides,
  });
}

export function aView(record: ActorRecord): ActorView {
  return ActorView.parse({
    v: 1,
    address: record.address,
    status: record.status,
    value: record.state.value,
    step: record.step,
    startedAtMs: record.startedAtMs,
    updatedAtMs: record.updatedAtMs,
    activities: [],
    detail: { note: 'é✓' },
  });
}

export function aCommit(args: {
  address: Address;
  epoch: number;
  topology: Topology;
  expectedRevision?: number;
  step?: number;
  effects?: readonly Effect[];
  note?: Partial<StepNote>;
}): Commit {
  const record = aRecord(args.address, { step: args.step ?? 1 });
  return {
    record,
    view: aView(record),
    expectedRevision: args.expectedRevision ?? 0,
    effects: args.effects ?? [],
    note: { v: 1, step: record.step, atMs: 1, applied: [], refused: [], emitted: [], ...args.note },
    partition: placeOf(args.address, args.topology).partition,
    epoch: args.epoch,
  };
}

export function aTask(actor: Address, queue: string): ActivityTask {
  return {
    v: 1,
    actor,
    childId: 'call',
    birth: 3,
    name: 'callOut',
    queue,
    input: { n: 1 },
    attempt: 1,
    scheduledAtMs: 1,
    deadlineAtMs: 9_999_999_999_999,
    startToCloseMs: 1_000,
    heartbeatMs: 0,
  };
}
