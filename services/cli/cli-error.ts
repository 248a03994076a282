/** What the command line says when it cannot do a thing, and with which exit code it ends. */

/** Exit codes; scripts rely on them, so they never change. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  unauthorized: 4,
  /** The command worked, but the execution it waited for ended badly. */
  runFailed: 5,
  conflict: 6,
  timedOut: 124,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type CliErrorText = {
  /** Stable and searchable, e.g. `EXECUTION_NOT_FOUND`. */
  code: string;
  what: string;
  why: string;
  /** What to do next: a command, where there is one. */
  next: string;
  exitCode: ExitCode;
};

/** An error for a person: what happened, why, and the next command. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly text: CliErrorText;

  constructor(text: CliErrorText, options?: ErrorOptions) {
    super(`${text.what} ${text.why}`, options);
    this.text = text;
  }
}

/** Any error as text; unknown ones count as failures of this program. */
export function errorTextOf(error: unknown): CliErrorText {
  if (error instanceof CliError) return error.text;
  const coded = error as { code?: unknown; message?: unknown };
  return {
    code: typeof coded.code === 'string' ? coded.code : 'CLI_FAILED',
    what: 'The command failed.',
    why: typeof coded.message === 'string' ? coded.message : String(error),
    next: 'Check the deployment with: windlass doctor',
    exitCode: EXIT.failure,
  };
}

/** The error as lines for a terminal. */
export function errorLines(text: CliErrorText): string[] {
  return [`error: ${text.what}`, `  why:  ${text.why}`, `  next: ${text.next}`, `  code: ${text.code}`];
}
