/** Views of a small execution, as its actors publish them. */
import type { ActivityView, ActorView } from '#contracts/actor-view.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { ExecutionStatus, ExecutionView, OperationView, StageView } from '#contracts/execution.ts';
import { withView, type ViewsByAddress } from '#services/cli/watch/execution-tree.ts';

export const STARTED_AT_MS = 1_000_000;
const ROOT = 'x1';

const addressIn = (service: string, type: string, id: string): Address =>
  addressOf({ service, type, root: ROOT, id });

export const executionAddress = addressIn('orca', 'execution', ROOT);
export const stageAddress = (id: string): Address => addressIn('orca', 'stage', id);
export const operationAddress = (id: string): Address => addressIn('clouddriver', 'createServerGroup', id);

type Common = { step?: number; startedAtMs?: number; endedAtMs?: number; activities?: ActivityView[] };

function view(
  address: Address,
  parent: Address | undefined,
  common: Common & { detail: unknown },
): ActorView {
  return {
    v: 1,
    address,
    ...(parent ? { parent } : {}),
    status: common.endedAtMs === undefined ? 'active' : 'done',
    value: 'running',
    step: common.step ?? 1,
    startedAtMs: common.startedAtMs ?? STARTED_AT_MS,
    updatedAtMs: common.endedAtMs ?? STARTED_AT_MS,
    activities: common.activities ?? [],
    detail: common.detail as NonNullable<ActorView['detail']>,
  };
}

export function executionView(
  stages: ExecutionView['stages'],
  common: Common & { status?: ExecutionStatus } = {},
): ActorView {
  const detail: ExecutionView = {
    kind: 'execution',
    executionId: ROOT,
    requestId: 'r1',
    application: 'payments',
    name: 'Release',
    user: 'ada',
    status: common.status ?? 'RUNNING',
    stages,
  };
  return view(executionAddress, undefined, { ...common, detail });
}

export function stageView(
  stage: Partial<StageView> & { refId: string },
  common: Common & { parent?: Address } = {},
): ActorView {
  const detail: StageView = {
    kind: 'stage',
    type: 'deploy',
    name: `Stage ${stage.refId}`,
    status: 'RUNNING',
    tasks: [],
    ...stage,
  };
  const id = `stage-${stage.refId.replace('<', '_before_').replace('>', '_after_')}`;
  return view(stageAddress(id), common.parent ?? executionAddress, { ...common, detail });
}

export function operationView(
  operation: Partial<OperationView>,
  common: Common & { parent: Address; id?: string },
): ActorView {
  const detail: OperationView = {
    kind: 'operation',
    operation: 'createServerGroup',
    account: 'test',
    region: 'us-east-1',
    target: 'payments-v001',
    status: 'running',
    history: [],
    ...operation,
  };
  return view(operationAddress(common.id ?? 'op1'), common.parent, { ...common, detail });
}

export function viewsOf(...views: readonly ActorView[]): ViewsByAddress {
  return views.reduce<ViewsByAddress>(withView, new Map());
}
