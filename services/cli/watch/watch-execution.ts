/** Shows an execution live until it has ended, and says with which exit code the command ends. */
import type { WriteStream } from 'node:tty';
import { ExecutionView } from '#contracts/execution.ts';
import { CliError, EXIT, type ExitCode } from '../cli-error.ts';
import type { Output } from '../output.ts';
import type { Session } from '../session.ts';
import { executionOf } from './execution-tree.ts';
import { followExecution } from './follow-execution.ts';
import { openLiveScreen } from './live-screen.ts';

export type WatchOptions = {
  output: Output;
  session: Session;
  executionId: string;
  /** Where the tree is drawn. */
  stream: WriteStream;
  /** Give up after this long, in milliseconds. */
  timeoutMs?: number;
  mayBeMissing?: boolean;
};

export type WatchedEnd = { execution: ExecutionView; exitCode: ExitCode };

/** @throws CliError `WATCH_TIMED_OUT` (124), `WATCH_INTERRUPTED` (130), `EXECUTION_NOT_FOUND` (3) */
export async function watchExecution(options: WatchOptions): Promise<WatchedEnd> {
  const { output, session, executionId, stream, timeoutMs } = options;
  const stopping = new AbortController();
  const interrupt = (): void => stopping.abort(interrupted(executionId));
  process.once('SIGINT', interrupt);
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => stopping.abort(timedOut(executionId, timeoutMs)), timeoutMs);
  const screen = openLiveScreen(output, stream);
  try {
    const views = await followExecution({
      session,
      executionId,
      signal: stopping.signal,
      onChange: (changed) => screen.show(changed),
      ...(options.mayBeMissing ? { mayBeMissing: true } : {}),
    });
    screen.show(views);
    const execution = ExecutionView.parse(executionOf(views)?.detail);
    return { execution, exitCode: execution.status === 'SUCCEEDED' ? EXIT.ok : EXIT.runFailed };
  } finally {
    screen.close();
    clearTimeout(timer);
    process.off('SIGINT', interrupt);
  }
}

function interrupted(executionId: string): CliError {
  return new CliError({
    code: 'WATCH_INTERRUPTED',
    what: 'You stopped watching.',
    why: 'The execution goes on without you.',
    next: `Watch it again with: windlass execution watch ${executionId}`,
    exitCode: EXIT.interrupted,
  });
}

function timedOut(executionId: string, timeoutMs: number): CliError {
  return new CliError({
    code: 'WATCH_TIMED_OUT',
    what: `The execution did not end within ${timeoutMs / 1_000} s.`,
    why: 'It goes on; only the wait for it is over.',
    next: `Watch it again with: windlass execution watch ${executionId}`,
    exitCode: EXIT.timedOut,
  });
}
