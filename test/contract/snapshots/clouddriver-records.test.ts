/**
 * Golden records of Clouddriver's actors: what was stored once must be readable for ever, and go on.
 *
 * The files are append-only. `WRITE_GOLDEN=1` writes those that are missing and never changes one.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf } from '#contracts/address.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { fails, given, hangs, returns, type Run } from '#test/support/machine-harness.ts';
import {
  CONTEXT,
  DEFINITIONS,
  DENIED,
  LOST,
  request,
  run,
  serverGroup,
} from '#test/unit/clouddriver/operation-world.ts';

type Golden = {
  file: string;
  type: string;
  /** Brings an actor to the state that is stored. */
  reach: () => Promise<Run>;
  /** An event to the actor as it was stored, and the state value after it. */
  event: ActorEvent;
  value: unknown;
};

const CANCEL = { type: 'operation.cancel', reason: 'golden' };
const ON_V003 = { credentials: 'test', region: 'us-east-1', serverGroupName: 'shop-web-v003' };
const asking = addressOf({ service: 'clouddriver', type: 'createServerGroup', root: 'exec-1', id: 'op-1' });

/** Each family in the middle of its most telling step. */
const midway = (
  operation: string,
  activity: string,
  context: typeof ON_V003 | typeof CONTEXT,
): (() => Promise<Run>) => {
  return () => run(request(operation, context), { activities: { [activity]: hangs() } });
};

const goldens: Golden[] = [
  {
    file: 'createServerGroup@1/waiting-for-a-name.json',
    type: 'createServerGroup',
    reach: () => run(request('createServerGroup', CONTEXT), { others: [] }),
    event: { type: 'names.reserved', key: '0', name: 'shop-web-v004' },
    value: { resolveImage: 'running' },
  },
  {
    file: 'createServerGroup@1/creating-the-group.json',
    type: 'createServerGroup',
    reach: midway('createServerGroup', 'createAutoScalingGroup', CONTEXT),
    event: CANCEL,
    value: { createAutoScalingGroup: 'running' },
  },
  {
    file: 'createServerGroup@1/undoing-the-group.json',
    type: 'createServerGroup',
    reach: () =>
      run(request('createServerGroup', CONTEXT), {
        activities: { setCapacity: fails(DENIED), deleteAutoScalingGroup: hangs() },
      }),
    event: CANCEL,
    value: { compensating: { undoCreateAutoScalingGroup: 'undoing' } },
  },
  {
    file: 'createServerGroup@1/looking-again.json',
    type: 'createServerGroup',
    reach: async () => {
      const operation = await run(request('createServerGroup', CONTEXT), {
        activities: {
          createAutoScalingGroup: fails(LOST),
          deleteAutoScalingGroup: returns({ outcome: 'absent' }),
        },
      });
      while (JSON.stringify(operation.value()).includes('createAutoScalingGroup'))
        await operation.advance(1_000);
      return operation;
    },
    event: CANCEL,
    value: { compensating: { undoCreateAutoScalingGroup: 'lookingAgain' } },
  },
  {
    file: 'cloneServerGroup@1/describing-the-source.json',
    type: 'cloneServerGroup',
    reach: midway('cloneServerGroup', 'describeServerGroup', CONTEXT),
    event: CANCEL,
    value: 'canceled',
  },
  {
    file: 'resizeServerGroup@1/setting-capacity.json',
    type: 'resizeServerGroup',
    reach: () =>
      run(request('resizeServerGroup', { ...ON_V003, capacity: { min: 0, max: 2, desired: 1 } }), {
        activities: { setCapacity: hangs() },
      }),
    event: CANCEL,
    value: { setCapacity: 'running' },
  },
  {
    file: 'enableServerGroup@1/registering.json',
    type: 'enableServerGroup',
    reach: midway('enableServerGroup', 'registerTargets', ON_V003),
    event: CANCEL,
    value: { registerTargets: 'running' },
  },
  {
    file: 'disableServerGroup@1/deregistering.json',
    type: 'disableServerGroup',
    reach: midway('disableServerGroup', 'deregisterTargets', ON_V003),
    event: CANCEL,
    value: { deregisterTargets: 'running' },
  },
  {
    file: 'destroyServerGroup@1/deleting-the-template.json',
    type: 'destroyServerGroup',
    reach: midway('destroyServerGroup', 'deleteLaunchTemplate', ON_V003),
    event: CANCEL,
    value: { deleteLaunchTemplate: 'running' },
  },
  {
    file: 'describeCluster@1/reading.json',
    type: 'describeCluster',
    reach: () =>
      run(request('describeCluster', { credentials: 'test', cluster: 'shop-web' }), {
        activities: { describeCluster: hangs() },
      }),
    event: CANCEL,
    value: 'canceled',
  },
  {
    file: 'awaitServerGroup@1/between-looks.json',
    type: 'awaitServerGroup',
    reach: () =>
      run(request('awaitServerGroup', { ...ON_V003, condition: 'down' }), {
        activities: { describeServerGroup: returns({ serverGroup: serverGroup('shop-web-v003') }) },
      }),
    event: CANCEL,
    value: 'canceled',
  },
  {
    file: 'serverGroupNames@1/one-held-one-issued.json',
    type: 'serverGroupNames',
    reach: async () => {
      const keeper = await given(definitionOf('serverGroupNames'), { service: 'clouddriver' });
      for (const key of ['0', '1']) {
        await keeper.send({
          type: 'names.reserve',
          operation: asking,
          key,
          cluster: 'app',
          existing: [],
        } as ActorEvent);
      }
      await keeper.send({ type: 'names.release', operation: asking, key: '0' } as ActorEvent);
      return keeper;
    },
    event: { type: 'names.reserve', operation: asking, key: '2', cluster: 'app', existing: [] },
    value: 'open',
  },
];

function definitionOf(type: string) {
  const definition = DEFINITIONS.find((candidate) => candidate.type === type);
  if (!definition) throw new Error(`There is no actor type ${type}.`);
  return definition;
}

const pathOf = (file: string) => join(import.meta.dirname, 'golden', file);

describe.each(goldens)('the record $file', ({ file, type, reach, event, value }) => {
  it('is still what is stored', async () => {
    const record = JSON.parse(JSON.stringify((await reach()).record())) as unknown;
    if (process.env['WRITE_GOLDEN'] === '1' && !existsSync(pathOf(file))) {
      mkdirSync(dirname(pathOf(file)), { recursive: true });
      writeFileSync(pathOf(file), `${JSON.stringify(record, null, 2)}\n`);
    }
    expect(record).toEqual(JSON.parse(readFileSync(pathOf(file), 'utf8')));
  });

  it('can still be read and go on', () => {
    const record = ActorRecord.parse(JSON.parse(readFileSync(pathOf(file), 'utf8')));
    const kernel = createKernel();
    const envelope = { v: 1, id: 'next', to: record.address, kind: 'event', event } as const;
    const deliveries = [{ envelope, log: 'mailbox' as const, sequence: record.applied.mailbox + 1 }];
    const next = kernel.step(kernel.register(definitionOf(type)), record, {
      deliveries,
      nowMs: record.updatedAtMs,
    });
    expect(next.record.state.value).toEqual(value);
    expect(next.refusals).toEqual([]);
  });
});

describe('golden records of Clouddriver', () => {
  it('exist for every actor type', () => {
    expect(new Set(goldens.map(({ type }) => type))).toEqual(new Set(DEFINITIONS.map(({ type }) => type)));
  });
});
