/**
 * Follows one execution until it has ended: every change is pushed, nothing is polled.
 *
 * F1 It listens before it reads: no change falls between the two.
 * F2 What is pushed may be lost while the connection is; after a reconnection everything is read again.
 */
import type { ActorView } from '#contracts/actor-view.ts';
import type { Session } from '../session.ts';
import { executionOf, withView, type ViewsByAddress } from './execution-tree.ts';

export type FollowOptions = {
  session: Session;
  executionId: string;
  onChange: (views: ViewsByAddress) => void;
  /** Ends the wait early; the execution goes on. */
  signal: AbortSignal;
  /** An execution that was just asked for may not be there yet. */
  mayBeMissing?: boolean;
};

/** The views at the end. @throws CliError `EXECUTION_NOT_FOUND`; rejects with the signal's reason */
export async function followExecution(options: FollowOptions): Promise<ViewsByAddress> {
  const { session, executionId, signal } = options;
  const reader = session.views();
  let views: ViewsByAddress = new Map();
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  const take = (view: ActorView): void => {
    const next = withView(views, view);
    if (next === views) return;
    views = next;
    options.onChange(views);
    if (hasEnded(views)) resolve();
  };
  const readAll = async (): Promise<void> => {
    for (const view of await reader.readTree(executionId)) take(view);
  };
  const stop = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  const subscription = await reader.watch(executionId, take);
  try {
    signal.throwIfAborted();
    if (!options.mayBeMissing) await session.readExecution(executionId);
    await readAll();
    void readAgainAfterReconnection(session, () => void readAll().catch(reject));
    await ended;
    await readAll(); // the last views of other services may still be on their way
    return views;
  } finally {
    signal.removeEventListener('abort', stop);
    await subscription.close();
  }
}

function hasEnded(views: ViewsByAddress): boolean {
  const status = executionOf(views)?.status;
  return status !== undefined && status !== 'active';
}

async function readAgainAfterReconnection(session: Session, readAll: () => void): Promise<void> {
  for await (const status of session.bus.status()) if (status.type === 'reconnect') readAll();
}
