/** Builds the command tree, runs one command, and turns whatever went wrong into text and an exit code. */
import { Command, CommanderError } from 'commander';
import { EXIT, errorLines, errorTextOf } from './cli-error.ts';
import { addActivityComplete } from './commands/activity-complete.command.ts';
import { addActivityFail } from './commands/activity-fail.command.ts';
import { addActivityHeartbeat } from './commands/activity-heartbeat.command.ts';
import { addActorControls } from './commands/actor-control.command.ts';
import { addActorGet } from './commands/actor-get.command.ts';
import { addActorHistory } from './commands/actor-history.command.ts';
import { addActorList } from './commands/actor-ls.command.ts';
import { addConsole } from './commands/console.command.ts';
import { addDead } from './commands/dead.command.ts';
import { addDemo } from './commands/demo.command.ts';
import { addDev } from './commands/dev.command.ts';
import { addDoctor } from './commands/doctor.command.ts';
import { addExecutionCancel } from './commands/execution-cancel.command.ts';
import { addExecutionGet } from './commands/execution-get.command.ts';
import { addExecutionJudge } from './commands/execution-judge.command.ts';
import { addExecutionList } from './commands/execution-ls.command.ts';
import { addExecutionPause } from './commands/execution-pause.command.ts';
import { addExecutionResume } from './commands/execution-resume.command.ts';
import { addExecutionWatch } from './commands/execution-watch.command.ts';
import { addInspect } from './commands/inspect.command.ts';
import { addPipelineRun } from './commands/pipeline-run.command.ts';
import { addPipelineValidate } from './commands/pipeline-validate.command.ts';
import { addVersionsCompat } from './commands/versions-compat.command.ts';
import { addVersionsList } from './commands/versions-ls.command.ts';
import { addGlobalOptions } from './invocation.ts';

/** Sets `process.exitCode`; never throws. */
export async function runCli(words: readonly string[]): Promise<void> {
  try {
    await commandTree().parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end well; commander has already written its text.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    const text = errorTextOf(error);
    for (const line of errorLines(text)) process.stderr.write(`${line}\n`);
    process.exitCode = text.exitCode;
  }
}

function commandTree(): Command {
  const program = new Command('windlass')
    .description('Durable cloud deployments over NATS.')
    .exitOverride()
    .showHelpAfterError('(add --help to see how it is used)');
  addGlobalOptions(program);
  addDemo(program);
  addDev(program);
  const pipeline = program.command('pipeline').description('start and check pipelines');
  addPipelineRun(pipeline);
  addPipelineValidate(pipeline);
  const execution = program.command('execution').alias('exec').description('see and control executions');
  addExecutionList(execution);
  addExecutionGet(execution);
  addExecutionWatch(execution);
  addExecutionCancel(execution);
  addExecutionPause(execution);
  addExecutionResume(execution);
  addExecutionJudge(execution);
  const actor = program.command('actor').description('see and control any actor');
  addActorList(actor);
  addActorGet(actor);
  addActorHistory(actor);
  addActorControls(actor);
  addDead(program);
  const activity = program.command('activity').description('end activities that wait for somebody');
  addActivityComplete(activity);
  addActivityFail(activity);
  addActivityHeartbeat(activity);
  addConsole(program);
  addInspect(program);
  const versions = program
    .command('versions')
    .description('which definitions run, and what a change would do');
  addVersionsList(versions);
  addVersionsCompat(versions);
  addDoctor(program);
  return program;
}
