/** Runs something on a deployment and ends the deployment whatever happens: an error, Ctrl-C, a closed terminal. */
import { CliError, EXIT } from '../cli-error.ts';
import type { DevDeployment } from './dev-deployment.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `onStart`, starts the deployment, does `work`, and stops it. `interruption` resolves at the first signal after the start; `work`
 * has to end then.
 * @throws CliError `DEPLOYMENT_NOT_STARTED`, or 130 when it is interrupted during the start
 */
export async function runDeployment<T>(
  deployment: DevDeployment,
  args: { dataDir: string; onStart: () => void; work: (interruption: Promise<void>) => Promise<T> },
): Promise<T> {
  const signal = Promise.withResolvers<void>();
  const hear = (): void => signal.resolve();
  // Not only once: a terminal and npm may both send it, and the second one must not end us half-way.
  for (const name of SIGNALS) process.on(name, hear);
  try {
    args.onStart();
    const start = deployment.start().catch((cause: unknown) => {
      throw notStarted(args.dataDir, cause);
    });
    await Promise.race([start, rejection(signal.promise)]);
    return await args.work(signal.promise);
  } finally {
    await deployment.stop();
    for (const name of SIGNALS) process.off(name, hear);
  }
}

/** Rejects when the signal came. */
export async function rejection(interruption: Promise<void>): Promise<never> {
  await interruption;
  throw interrupted();
}

function interrupted(): CliError {
  return new CliError({
    code: 'INTERRUPTED',
    what: 'You interrupted the command.',
    why: 'Everything that it started has ended.',
    next: 'Run it again when you like.',
    exitCode: EXIT.interrupted,
  });
}

function notStarted(dataDir: string, cause: unknown): CliError {
  const { code, message } = cause as { code?: unknown; message?: string };
  return new CliError(
    {
      code: typeof code === 'string' ? code : 'DEPLOYMENT_NOT_STARTED',
      what: 'The deployment did not start.',
      why: message ?? String(cause),
      next: `Read the logs in ${dataDir}`,
      exitCode: EXIT.failure,
    },
    { cause },
  );
}
