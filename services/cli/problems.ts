/** Refusals of a request: every problem with code, place, what is wrong and what to write instead. */
import type { RequestProblem } from '#contracts/user-request.ts';
import { CliError, EXIT, type ExitCode } from './cli-error.ts';
import type { Output } from './output.ts';

/** The problems as lines for a person. */
export function problemLines(problems: readonly RequestProblem[]): string[] {
  return problems.flatMap(({ code, place, message, remedy }) => [
    `${code} at ${place}`,
    `  ${message}`,
    `  ${remedy}`,
  ]);
}

/** Shows the problems on stderr and returns the error that ends the command. */
export function refusal(
  output: Output,
  problems: readonly RequestProblem[],
  options: { what: string; exitCode?: ExitCode },
): CliError {
  for (const line of problemLines(problems)) output.progress(line);
  const [first] = problems;
  return new CliError({
    code: first?.code ?? 'REQUEST_REFUSED',
    what: options.what,
    why: `${problems.length} ${problems.length === 1 ? 'problem is' : 'problems are'} listed above; nothing was started or changed.`,
    next: first?.remedy ?? 'Correct the request and send it again.',
    exitCode: options.exitCode ?? EXIT.usage,
  });
}
