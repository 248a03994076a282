/** Where the golden snapshots come from: actors brought to states worth keeping, each with what comes next. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf } from '#contracts/address.ts';
import type { ActorEvent, Envelope } from '#contracts/envelope.ts';
import type { Json, JsonObject } from '#contracts/json.ts';
import type { StageDefinition } from '#contracts/pipeline.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { probeDefinition } from '#runtime/probe-actor.ts';
import { createOrcaCatalog } from '#services/orca/catalog.ts';
import { fails, given, hangs, returns, type Run } from '#test/support/machine-harness.ts';
import {
  CONTEXT,
  DEFINITIONS,
  DENIED,
  GRANTING,
  request,
  run,
  serverGroup,
} from '#test/unit/clouddriver/operation-world.ts';
import { startOf } from '#test/unit/orca/pipeline-run.ts';

export type SnapshotCase = {
  name: string;
  reach: () => Promise<ActorRecord>;
  next: (record: ActorRecord) => Envelope[];
};

const orca = createOrcaCatalog({ webhookHosts: [] }).definitions;

/** Every actor type that some process registers. */
export const REGISTERED: readonly ActorDefinition[] = [...orca, ...DEFINITIONS, probeDefinition];

const envelopeTo = (record: ActorRecord, index = 0) => ({
  v: 1 as const,
  id: `next-${index}`,
  to: record.address,
});

function events(...list: ActorEvent[]): SnapshotCase['next'] {
  return (record) => list.map((event, index) => ({ ...envelopeTo(record, index), kind: 'event', event }));
}

const wake: SnapshotCase['next'] = (record) => [
  { ...envelopeTo(record), kind: 'wake', dueAtMs: record.wakeAtMs ?? record.updatedAtMs },
];

/** The one activity that runs ends. */
function activityEnds(outcome: { output: Json } | 'denied'): SnapshotCase['next'] {
  return (record) =>
    Object.entries(record.activities).map(([childId, { birth, attempt }], index) => ({
      ...envelopeTo(record, index),
      kind: 'activity-result',
      childId,
      birth,
      attempt,
      outcome:
        outcome === 'denied' ? { status: 'failed', failure: DENIED } : { status: 'succeeded', ...outcome },
    }));
}

/** The child actors that run end. */
function childrenEnd(output: JsonObject): SnapshotCase['next'] {
  return (record) =>
    Object.entries(record.children).flatMap(([childId, { address, finished }], index) =>
      address === undefined || finished === true
        ? []
        : [
            {
              ...envelopeTo(record, index),
              kind: 'event' as const,
              from: address,
              event: { type: `xstate.done.actor.${childId}`, actorId: childId, output },
            },
          ],
    );
}

type Reached = { stages: StageDefinition[]; of?: string; before?: (run: Run) => Promise<void> };

/** The record of a stage in a pipeline, or of the execution itself. */
function orcaRecord({ stages, of, before }: Reached): () => Promise<ActorRecord> {
  return async () => {
    const [execution, stage] = orca;
    if (!execution || !stage) throw new Error('Orca registers nothing.');
    const pipeline = await given(execution, {
      service: 'orca',
      id: 'x1',
      input: startOf(stages),
      others: [stage],
      activities: { webhook: hangs() },
    });
    await before?.(pipeline);
    return pipeline.record(of === undefined ? pipeline.address : pipeline.addressOf(of));
  };
}

const WAIT: StageDefinition = { refId: '1', type: 'wait', name: 'Wait', waitTime: 30 };
const JUDGE: StageDefinition = {
  refId: '1',
  type: 'manualJudgment',
  name: 'Sure?',
  judgmentInputs: [{ value: 'blue' }],
};
const HOOK: StageDefinition = {
  refId: '1',
  type: 'webhook',
  name: 'Call',
  url: 'https://example.com',
  method: 'POST',
};
const RESIZE: StageDefinition = {
  refId: '1',
  type: 'resizeServerGroup',
  name: 'Resize',
  credentials: 'test',
  region: 'us-east-1',
  serverGroupName: 'shop-web-v003',
  capacity: { min: 1, max: 1, desired: 1 },
};
const CREATE: StageDefinition = {
  refId: '1',
  type: 'createServerGroup',
  name: 'Create',
  strategy: 'redblack',
  region: 'us-east-1',
  ...CONTEXT,
};
const user = 'ann';
const cancel = { type: 'stage.cancel', reason: 'enough', user };
const done = { status: 'succeeded', outputs: {}, history: ['done'] };

function stageCases(): SnapshotCase[] {
  const at = (name: string, stage: StageDefinition, next: SnapshotCase['next']): SnapshotCase => ({
    name: `stage@1/${name}`,
    reach: orcaRecord({ stages: [stage], of: 'stage' }),
    next,
  });
  return [
    at('waiting-for-a-timer', WAIT, wake),
    at('waiting-then-canceled', WAIT, events(cancel)),
    at('waiting-then-paused', WAIT, events({ type: 'stage.pause' }, { type: 'stage.resume' })),
    at(
      'judgment',
      JUDGE,
      events({ type: 'stage.judge', stageRefId: '1', decision: 'continue', input: 'blue', user }),
    ),
    at(
      'judgment-that-says-stop',
      JUDGE,
      events({ type: 'stage.judge', stageRefId: '1', decision: 'stop', user }),
    ),
    at('calling-a-webhook', HOOK, activityEnds({ output: { statusCode: 200, headers: {}, body: 'ok' } })),
    at('calling-a-webhook-that-fails', HOOK, activityEnds('denied')),
    at('resizing', RESIZE, childrenEnd(done)),
    at('creating', CREATE, childrenEnd(done)),
    at('creating-then-canceled', CREATE, events(cancel)),
  ];
}

function executionCases(): SnapshotCase[] {
  const two: StageDefinition[] = [WAIT, { ...WAIT, refId: '2', name: 'Then', requisiteStageRefIds: ['1'] }];
  const finish = async (pipeline: Run) => pipeline.advance(120_000);
  return [
    {
      name: 'execution@1/first-stage-runs',
      reach: orcaRecord({ stages: two }),
      next: childrenEnd({ status: 'SUCCEEDED', outputs: {} }),
    },
    {
      name: 'execution@1/first-stage-fails',
      reach: orcaRecord({ stages: two }),
      next: childrenEnd({ status: 'TERMINAL', outputs: {}, failure: { ...DENIED } as JsonObject }),
    },
    {
      name: 'execution@1/canceled',
      reach: orcaRecord({ stages: two }),
      next: events({ type: 'execution.cancel', reason: 'no', user }),
    },
    {
      name: 'execution@1/paused',
      reach: orcaRecord({ stages: two }),
      next: events({ type: 'execution.pause', user }, { type: 'execution.resume', user }),
    },
    {
      name: 'execution@1/judged',
      reach: orcaRecord({ stages: [JUDGE] }),
      next: events({ type: 'execution.judge', stageRefId: '1', decision: 'continue', user }),
    },
    {
      name: 'execution@1/done',
      reach: orcaRecord({ stages: two, before: finish }),
      next: events({ type: 'execution.pause', user }),
    },
  ];
}

const ON_V003 = { credentials: 'test', region: 'us-east-1', serverGroupName: 'shop-web-v003' };
const disabled = returns({
  serverGroup: serverGroup('shop-web-v003', {
    disabled: true,
    suspendedProcesses: ['Launch', 'Terminate', 'AddToLoadBalancer'],
  }),
});

type Saga = { context: JsonObject; first: string; late: string; undo?: string; activities?: object };

const SAGAS: Readonly<Record<string, Saga>> = {
  createServerGroup: {
    context: CONTEXT,
    first: 'listCluster',
    late: 'createAutoScalingGroup',
    undo: 'deleteLaunchTemplate',
  },
  cloneServerGroup: {
    context: CONTEXT,
    first: 'listCluster',
    late: 'verifyServerGroup',
    undo: 'deleteAutoScalingGroup',
  },
  resizeServerGroup: {
    context: { ...ON_V003, capacity: { min: 0, max: 9, desired: 5 } },
    first: 'describeServerGroup',
    late: 'setCapacity',
  },
  enableServerGroup: {
    context: ON_V003,
    first: 'describeServerGroup',
    late: 'registerTargets',
    undo: 'suspendProcesses',
    activities: { describeServerGroup: disabled },
  },
  disableServerGroup: {
    context: ON_V003,
    first: 'describeServerGroup',
    late: 'deregisterTargets',
    undo: 'resumeProcesses',
  },
  destroyServerGroup: { context: ON_V003, first: 'describeServerGroup', late: 'deleteLaunchTemplate' },
  describeCluster: {
    context: { credentials: 'test', cluster: 'shop-web', regions: ['us-east-1'] },
    first: 'describeCluster',
    late: 'describeCluster',
  },
};

function outputOf(activity: string, saga: Saga): Json {
  const scripts = { ...GRANTING, ...saga.activities } as Record<string, { value: Json }>;
  return scripts[activity]?.value ?? {};
}

function sagaCases([operation, saga]: [string, Saga]): SnapshotCase[] {
  const reach = (more: object) => async () =>
    (await run(request(operation, saga.context), { activities: { ...saga.activities, ...more } })).record();
  const at = (name: string, more: object, next: SnapshotCase['next']): SnapshotCase => ({
    name: `${operation}@1/${name}`,
    reach: reach(more),
    next,
  });
  const { first, late, undo } = saga;
  const stop = { type: 'operation.cancel', reason: 'enough' };
  return [
    at(`in-${first}`, { [first]: hangs() }, activityEnds({ output: outputOf(first, saga) })),
    at(`in-${late}`, { [late]: hangs() }, activityEnds({ output: outputOf(late, saga) })),
    at(`in-${late}-which-fails`, { [late]: hangs() }, activityEnds('denied')),
    at(`in-${late}-then-canceled`, { [late]: hangs() }, events(stop)),
    ...(undo === undefined
      ? []
      : [
          at(
            `undoing-by-${undo}`,
            { [late]: fails(DENIED), [undo]: hangs() },
            activityEnds({ output: outputOf(undo, saga) }),
          ),
        ]),
    at('done', {}, events(stop)),
  ];
}

function otherCases(): SnapshotCase[] {
  const awaiting = (looks: object) => async () =>
    (
      await run(request('awaitServerGroup', { ...ON_V003, condition: 'up' }), {
        activities: { describeServerGroup: looks },
      })
    ).record();
  const names = DEFINITIONS.find(({ type }) => type === 'serverGroupNames');
  const operation = (id: string) =>
    addressOf({ service: 'clouddriver', type: 'createServerGroup', root: 'x1', id });
  const reserve = (id: string) => ({
    type: 'names.reserve',
    operation: operation(id),
    key: '0',
    cluster: 'shop',
    existing: [],
  });
  const keeping =
    (...list: ActorEvent[]) =>
    async () => {
      if (!names) throw new Error('There is no keeper of names.');
      const keeper = await given(names, { service: 'clouddriver', id: 'n1', input: { id: 'n1' } });
      for (const event of list) await keeper.send(event);
      return keeper.record();
    };
  const probing = (probes: number) => async () => {
    const probe = await given(probeDefinition, { service: 'orca', id: 'probe-0', input: { id: 'probe-0' } });
    for (let sent = 0; sent < probes; sent += 1) await probe.send({ type: 'PROBE' });
    return probe.record();
  };
  const starting = returns({ serverGroup: serverGroup('shop-web-v003', { instances: [] }) });
  return [
    {
      name: 'awaitServerGroup@1/looking',
      reach: awaiting(hangs()),
      next: activityEnds({ output: { serverGroup: null } }),
    },
    { name: 'awaitServerGroup@1/before-the-next-look', reach: awaiting(starting), next: wake },
    {
      name: 'awaitServerGroup@1/canceled',
      reach: awaiting(starting),
      next: events({ type: 'operation.cancel', reason: 'no' }),
    },
    {
      name: 'serverGroupNames@1/one-name-held',
      reach: keeping(reserve('a')),
      next: events(reserve('b'), reserve('a')),
    },
    {
      name: 'serverGroupNames@1/one-name-released',
      reach: keeping(reserve('a')),
      next: events({ type: 'names.release', operation: operation('a'), key: '0' }, reserve('b')),
    },
    { name: 'probe@1/fresh', reach: probing(0), next: events({ type: 'PROBE' }) },
    { name: 'probe@1/probed', reach: probing(3), next: events({ type: 'PROBE' }, { type: 'OTHER' }) },
  ];
}

export const SNAPSHOT_CASES: readonly SnapshotCase[] = [
  ...executionCases(),
  ...stageCases(),
  ...Object.entries(SAGAS).flatMap(sagaCases),
  ...otherCases(),
];
