/** Whether an attempt is still wanted when its task arrives, and what its last run left for it. */
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import type { Clock, TaskDelivery, Views } from './ports.ts';
import { RuntimeError } from './runtime-error.ts';

/** Why a task is not worked on. */
export type DropReason = 'past-its-time' | 'not-awaited';

export type AwaitedTask = { task: ActivityTask } | { dropped: DropReason };

/** After so long a wait it is asked whether anybody still waits for the task: its actor may have gone on, or ended. */
export const WAITED_MS = 1_000;

/**
 * A first delivery that comes soon is taken as it is. One that waited asks the actor's view whether its attempt is still
 * wanted; a later one does, too, because its last run may have ended it, or reported details that the task does not have.
 * @throws RuntimeError when the view is older than the task: it comes from a server that is behind, so ask again
 */
export async function awaitedTask(args: {
  task: ActivityTask;
  delivery: TaskDelivery;
  views: Pick<Views, 'read'>;
  clock: Clock;
}): Promise<AwaitedTask> {
  const { task, delivery, views, clock } = args;
  if (clock.nowMs() >= task.deadlineAtMs) return { dropped: 'past-its-time' };
  if (delivery.deliveryCount === 1) {
    const inTime = withinStart(task, clock);
    if ('dropped' in inTime || clock.nowMs() - task.scheduledAtMs < WAITED_MS) return inTime;
  }
  const view = await views.read(task.actor);
  if (isBehind(view, task)) throw viewBehind(task);
  const activity = view?.activities.find(({ childId }) => childId === task.childId);
  if (view?.status !== 'active' || activity === undefined) return { dropped: 'not-awaited' };
  const { birth = task.birth, attempt, nextAttemptAtMs, asyncUntilMs, startedAtMs, lastHeartbeat } = activity;
  const isRunning = nextAttemptAtMs === undefined && asyncUntilMs === undefined;
  if (birth !== task.birth || attempt !== task.attempt || !isRunning) return { dropped: 'not-awaited' };
  const current: ActivityTask = { ...task, ...(lastHeartbeat === undefined ? {} : { lastHeartbeat }) };
  if (startedAtMs === undefined) return withinStart(current, clock);
  // A worker took it in time, and died with it.
  const { startByMs: _kept, ...begun } = current;
  return { task: begun };
}

/** An actor that dispatched is there, until its record expires: none is shown by a server that does not know it yet. */
function isBehind(view: ActorView | null, { step, scheduledAtMs }: ActivityTask): boolean {
  if (step === undefined) return view !== null && view.updatedAtMs < scheduledAtMs;
  return view === null || view.step < step;
}

function viewBehind({ actor }: ActivityTask): RuntimeError {
  return new RuntimeError('VIEW_BEHIND', `The view of ${actor} is older than the task of it; ask again.`);
}

function withinStart(task: ActivityTask, clock: Clock): AwaitedTask {
  return clock.nowMs() >= (task.startByMs ?? Infinity) ? { dropped: 'past-its-time' } : { task };
}
