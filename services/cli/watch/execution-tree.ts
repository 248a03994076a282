/** From the views of one execution to the lines of its tree. Pure: no clock, no terminal. */
import type { ActivityView, ActorView } from '#contracts/actor-view.ts';
import { partsOf, type Address } from '#contracts/address.ts';
import { ExecutionView, OperationView, StageView } from '#contracts/execution.ts';
import type { Failure } from '#contracts/failure.ts';
import { toneOfExecution, toneOfOperation, type Tone } from '#contracts/tone.ts';

export type TreeLine = {
  /** Stable: the same thing keeps its key while it changes. */
  key: string;
  depth: number;
  tone: Tone;
  label: string;
  /** Status as the user knows it: `RUNNING`, `succeeded`, `attempt 2`. */
  status: string;
  /** What a person should know: the last failure, when it goes on. */
  notes: string;
  /** The unit of a stage that runs now: too small to be told as a change of its own. */
  task?: string;
  startedAtMs?: number;
  /** Absent while it runs. */
  endedAtMs?: number;
};

export type ViewsByAddress = ReadonlyMap<Address, ActorView>;

/** The newest view of each actor wins: views may come twice and out of order. */
export function withView(views: ViewsByAddress, view: ActorView): ViewsByAddress {
  const known = views.get(view.address);
  return known && known.step >= view.step ? views : new Map(views).set(view.address, view);
}

/** The execution's own view; undefined before it came. */
export function executionOf(views: ViewsByAddress): ActorView | undefined {
  return [...views.values()].find((view) => partsOf(view.address).type === 'execution');
}

/** Execution, stages, operations, activities: each below what started it. Empty before the execution's view came. */
export function treeLines(views: ViewsByAddress, nowMs: number): TreeLine[] {
  const root = executionOf(views);
  if (!root) return [];
  const execution = ExecutionView.parse(root.detail);
  const children = childrenByParent(views);
  const started = new Map(
    (children.get(root.address) ?? []).map((view) => [StageView.safeParse(view.detail).data?.refId, view]),
  );
  const lines = [executionLine(root, execution)];
  for (const stage of execution.stages) {
    const view = started.get(stage.refId);
    if (view) lines.push(...stageLines(view, { children, depth: 1, nowMs }));
    else lines.push({ ...plainStage(stage), depth: 1 });
  }
  return lines;
}

type Branch = { children: ReadonlyMap<Address, ActorView[]>; depth: number; nowMs: number };

function stageLines(view: ActorView, branch: Branch): TreeLine[] {
  const parsed = StageView.safeParse(view.detail);
  if (!parsed.success) return [];
  const stage = parsed.data;
  const below = { ...branch, depth: branch.depth + 1 };
  const children = branch.children.get(view.address) ?? [];
  const synthetic = (owner: string): TreeLine[] =>
    children
      .filter((child) => StageView.safeParse(child.detail).data?.syntheticOwner === owner)
      .flatMap((child) => stageLines(child, below));
  return [
    stageLine(view, { stage, depth: branch.depth }),
    ...synthetic('STAGE_BEFORE'),
    ...activityLines(view, below),
    ...children.flatMap((child) => operationLines(child, below)),
    ...synthetic('STAGE_AFTER'),
  ];
}

function operationLines(view: ActorView, branch: Branch): TreeLine[] {
  const parsed = OperationView.safeParse(view.detail);
  if (!parsed.success) return [];
  const operation = parsed.data;
  const place = [operation.account, operation.region, operation.target].filter(Boolean).join(' ');
  const line: TreeLine = {
    key: view.address,
    depth: branch.depth,
    tone: toneOfOperation(operation.status),
    label: place === '' ? operation.operation : `${operation.operation} ${place}`,
    status: operation.status,
    notes: failureText(operation.failure ?? view.error),
    startedAtMs: view.startedAtMs,
    ...ended(view),
  };
  return [line, ...activityLines(view, { ...branch, depth: branch.depth + 1 })];
}

/** Only what runs or waits now: an activity that is done is gone from its actor. */
function activityLines(view: ActorView, branch: Branch): TreeLine[] {
  if (view.status !== 'active') return [];
  return view.activities.map((activity) => ({
    key: `${view.address}/${activity.childId}`,
    depth: branch.depth,
    tone: activity.lastFailure ? 'waiting' : 'running',
    label: activity.name,
    status: `attempt ${activity.attempt}`,
    notes: [nextAttemptText(activity, branch.nowMs), failureText(activity.lastFailure)]
      .filter(Boolean)
      .join('; '),
    startedAtMs: activity.scheduledAtMs,
  }));
}

function nextAttemptText(activity: ActivityView, nowMs: number): string {
  if (activity.nextAttemptAtMs === undefined) return '';
  const seconds = Math.max(0, Math.ceil((activity.nextAttemptAtMs - nowMs) / 1_000));
  return `next attempt in ${seconds} s`;
}

function executionLine(view: ActorView, execution: ExecutionView): TreeLine {
  const canceled = execution.cancellation;
  const stranded = execution.stranded?.length ?? 0;
  return {
    key: view.address,
    depth: 0,
    tone: toneOfExecution(execution.status),
    label: `${execution.application} / ${execution.name}`,
    status: execution.status,
    notes: [
      canceled ? `canceled by ${canceled.user}: ${canceled.reason}` : '',
      failureText(execution.failure),
      stranded > 0 ? `${stranded} resources are stranded` : '',
    ]
      .filter(Boolean)
      .join('; '),
    startedAtMs: view.startedAtMs,
    ...ended(view),
  };
}

function stageLine(view: ActorView, args: { stage: StageView; depth: number }): TreeLine {
  const { stage, depth } = args;
  const task = stage.tasks.find(({ status }) => status === 'RUNNING');
  return {
    key: stageKey(stage.refId),
    depth,
    tone: toneOfExecution(stage.status),
    label: `${stage.refId} ${stage.name}`,
    status: stage.status,
    notes: failureText(stage.failure),
    ...(task && view.status === 'active' ? { task: task.name } : {}),
    startedAtMs: view.startedAtMs,
    ...ended(view),
  };
}

function plainStage(stage: ExecutionView['stages'][number]): Omit<TreeLine, 'depth'> {
  return {
    key: stageKey(stage.refId),
    tone: toneOfExecution(stage.status),
    label: `${stage.refId} ${stage.name}`,
    status: stage.status,
    notes: '',
  };
}

/** The same before and after its actor exists. */
function stageKey(refId: string): string {
  return `stage ${refId}`;
}

function childrenByParent(views: ViewsByAddress): Map<Address, ActorView[]> {
  const children = new Map<Address, ActorView[]>();
  for (const view of views.values()) {
    if (view.parent === undefined) continue;
    const siblings = children.get(view.parent) ?? [];
    siblings.push(view);
    children.set(view.parent, siblings);
  }
  for (const siblings of children.values()) siblings.sort(byStart);
  return children;
}

function byStart(a: ActorView, b: ActorView): number {
  return a.startedAtMs - b.startedAtMs || (refIdOf(a) < refIdOf(b) ? -1 : 1);
}

function refIdOf(view: ActorView): string {
  return StageView.safeParse(view.detail).data?.refId ?? view.address;
}

function ended(view: ActorView): { endedAtMs?: number } {
  return view.status === 'active' ? {} : { endedAtMs: view.updatedAtMs };
}

function failureText(failure: Failure | undefined): string {
  return failure ? `${failure.code}: ${failure.message}` : '';
}
