/** Sends a control to a running execution: cancel, pause, resume, judge. */
import { CliError, EXIT } from './cli-error.ts';
import type { Invocation } from './invocation.ts';
import { refusal } from './problems.ts';
import { sendRequest } from './send-request.ts';

export type Control = {
  subject: string;
  executionId: string;
  body: Readonly<Record<string, unknown>>;
  /** What was done, for a person: `is being canceled`. */
  done: string;
};

/** @throws CliError 3 without such an execution, 6 when its state does not allow it */
export async function sendControl(cli: Invocation, control: Control): Promise<void> {
  await using session = await cli.openSession();
  const { executionId } = control;
  const view = await session.readExecution(executionId);
  if (view.status !== 'active') {
    throw new CliError({
      code: 'EXECUTION_ENDED',
      what: `The execution ${executionId} takes no controls any more.`,
      why: 'It has ended.',
      next: `See how with: windlass execution get ${executionId}`,
      exitCode: EXIT.conflict,
    });
  }
  const body = { executionId, user: cli.user, ...control.body };
  const answer = await sendRequest(session, { subject: control.subject, body });
  if ('problems' in answer) {
    const isConflict = answer.problems.some(({ code }) => code === 'EXECUTION_REFUSED');
    throw refusal(cli.output, answer.problems, {
      what: `The execution ${executionId} refused.`,
      exitCode: isConflict ? EXIT.conflict : EXIT.usage,
    });
  }
  cli.output.result({ executionId, status: answer.accepted.status }, () => executionId);
  cli.output.progress(`The execution ${executionId} ${control.done}.`);
}
