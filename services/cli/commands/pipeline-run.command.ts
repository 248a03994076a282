/** `windlass pipeline run FILE`: starts a pipeline; with `--watch` follows it to its end. */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { requestSubjects } from '#contracts/subjects.ts';
import { REQUEST_SIZE_BYTES_MAX } from '#contracts/user-request.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { invocationOf } from '../invocation.ts';
import { parseParameters, readPipelineFile } from '../pipeline-file.ts';
import { refusal } from '../problems.ts';
import { sendRequest } from '../send-request.ts';
import { watchExecution } from '../watch/watch-execution.ts';
import { secondsAsMs } from './numbers.ts';

type RunOptions = { param: string[]; requestId?: string; watch?: true; timeout?: number };

export function addPipelineRun(pipeline: Command): void {
  pipeline
    .command('run')
    .summary('start a pipeline')
    .description(
      'Start a pipeline: JSON or YAML, a bare pipeline or a deploy request; "-" reads standard input.\nThe id of the execution comes first. Exit code 2: refused, nothing was started; 5: it ran and failed.',
    )
    .argument('<file>')
    .option('-p, --param <name=value>', 'a parameter; name:=json for other things than text', collect, [])
    .option('--request-id <id>', 'the same id never starts a second execution')
    .option('-w, --watch', 'follow it to its end')
    .option('-t, --timeout <seconds>', 'with --watch: stop waiting after this long', secondsAsMs)
    .action(runPipeline);
}

async function runPipeline(file: string, options: RunOptions, command: Command): Promise<void> {
  const cli = await invocationOf(command);
  const { output } = cli;
  const written = await readPipelineFile(file);
  if ('problems' in written) {
    throw refusal(output, written.problems, { what: 'The pipeline was not started.' });
  }
  const { request } = written;
  const body = {
    ...request,
    requestId: options.requestId ?? request.requestId ?? `cli-${randomUUID()}`,
    user: request.user ?? cli.user,
    parameters: { ...request.parameters, ...parseParameters(options.param) },
  };
  refuseTooLarge(body);
  await using session = await cli.openSession();
  const answer = await sendRequest(session, { subject: requestSubjects.deploy, body });
  if ('problems' in answer) {
    throw refusal(output, answer.problems, { what: 'The pipeline was not started.' });
  }
  const { executionId, requestId } = answer.accepted;
  if (!options.watch) {
    output.result({ executionId, requestId }, () => executionId);
    return output.progress(`Watch it with: windlass execution watch ${executionId}`);
  }
  if (output.format === 'table') output.line(executionId);
  else output.progress(executionId);
  const { execution, exitCode } = await watchExecution({
    output,
    session,
    executionId,
    stream: output.stderr,
    mayBeMissing: true,
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
  });
  output.result(execution, () => execution.status);
  process.exitCode = exitCode;
}

/** Parameters count as well, and the server would only close the connection. */
function refuseTooLarge(body: unknown): void {
  const sizeBytes = Buffer.byteLength(JSON.stringify(body));
  if (sizeBytes <= REQUEST_SIZE_BYTES_MAX) return;
  throw new CliError({
    code: 'REQUEST_TOO_LARGE',
    what: 'The pipeline was not started.',
    why: `With its parameters the request has ${sizeBytes} bytes; the limit is ${REQUEST_SIZE_BYTES_MAX}.`,
    next: 'Keep large payloads outside the pipeline and refer to them.',
    exitCode: EXIT.usage,
  });
}

function collect(word: string, words: string[]): string[] {
  return [...words, word];
}
