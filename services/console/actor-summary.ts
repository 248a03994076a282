/** An actor in words a person knows: deployments by their own names, any other machine by its type and id. */
import type { ActorView } from '#contracts/actor-view.ts';
import { partsOf } from '#contracts/address.ts';
import type { ActorSummary } from '#contracts/console-message.ts';
import { ExecutionView, OperationView, StageView } from '#contracts/execution.ts';
import { toneOfActor, toneOfExecution, toneOfOperation, type Tone } from '#contracts/tone.ts';

type Words = { title: string; statusText: string; tone: Tone };

/** A machine may name its actors: `view` gives a `title` or a `name`. */
export function summaryOf(view: ActorView): ActorSummary {
  const { address, parent, status, step, startedAtMs, updatedAtMs } = view;
  return {
    address,
    ...(parent === undefined ? {} : { parent }),
    ...(troubleOf(view) ?? wordsOf(view)),
    status,
    step,
    startedAtMs,
    updatedAtMs,
  };
}

/** What stops an actor matters more than what it was doing. */
function troubleOf(view: ActorView): Words | undefined {
  const { title } = wordsOf(view);
  if (view.stalled) return { title, statusText: 'stalled', tone: 'bad' };
  if (view.paused) return { title, statusText: 'paused', tone: 'waiting' };
  return undefined;
}

function wordsOf(view: ActorView): Words {
  const { type, id } = partsOf(view.address);
  if (type === 'execution') {
    const execution = ExecutionView.safeParse(view.detail).data;
    if (execution) {
      const { application, name, status } = execution;
      return { title: `${application} / ${name}`, statusText: status, tone: toneOfExecution(status) };
    }
  }
  if (type === 'stage') {
    const stage = StageView.safeParse(view.detail).data;
    if (stage) {
      const { refId, name, status } = stage;
      return { title: `${refId} ${name}`, statusText: status, tone: toneOfExecution(status) };
    }
  }
  const operation = OperationView.safeParse(view.detail).data;
  if (operation) {
    const { status, target, region } = operation;
    const place = [region, target].filter(Boolean).join(' ');
    return {
      title: place === '' ? operation.operation : `${operation.operation} ${place}`,
      statusText: status,
      tone: toneOfOperation(status),
    };
  }
  const { detail, status } = view;
  return { title: nameIn(detail) ?? `${type} ${id}`, statusText: status, tone: toneOfActor(status) };
}

function nameIn(detail: ActorView['detail']): string | undefined {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return undefined;
  const name = detail['title'] ?? detail['name'];
  return typeof name === 'string' && name !== '' ? name : undefined;
}
