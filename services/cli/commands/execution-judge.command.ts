/** `windlass execution judge ID --stage REF --continue|--stop`: answers a manual judgment. */
import type { Command } from 'commander';
import { requestSubjects } from '#contracts/subjects.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { sendControl } from '../control.ts';
import { invocationOf } from '../invocation.ts';

type JudgeOptions = { stage: string; continue?: true; stop?: true; input?: string };

export function addExecutionJudge(execution: Command): void {
  execution
    .command('judge')
    .summary('answer a manual judgment')
    .argument('<id>')
    .requiredOption('-s, --stage <ref>', 'refId of the waiting stage')
    .option('--continue', 'let the pipeline go on')
    .option('--stop', 'fail the stage')
    .option('-i, --input <text>', 'what later stages and readers should know')
    .action(async (executionId: string, options: JudgeOptions, command: Command) => {
      await sendControl(await invocationOf(command), {
        subject: requestSubjects.judge,
        executionId,
        body: {
          stage: options.stage,
          decision: decisionOf(options),
          ...(options.input === undefined ? {} : { input: options.input }),
        },
        done: `takes the judgment of stage ${options.stage}`,
      });
    });
}

function decisionOf(options: JudgeOptions): 'continue' | 'stop' {
  if ((options.continue === true) !== (options.stop === true)) return options.stop ? 'stop' : 'continue';
  throw new CliError({
    code: 'DECISION_MISSING',
    what: 'The judgment was not sent.',
    why: 'A judgment is either --continue or --stop; give exactly one of them.',
    next: 'windlass execution judge ID --stage REF --continue',
    exitCode: EXIT.usage,
  });
}
