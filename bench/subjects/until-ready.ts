/** A worker process says something on stdout when it is ready. */
import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** @throws Error when it ends before */
export async function untilReady(child: ChildProcess & { stdout: Readable }): Promise<void> {
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`The worker ended with ${String(code)} before it was ready.`);
  });
  await Promise.race([once(child.stdout, 'data'), gone]);
  gone.catch(() => undefined);
}
