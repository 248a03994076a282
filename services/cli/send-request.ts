/** Sends a request and waits for its answer. The request is stored before anyone looks at it. */
import { RequestAnswer, type RequestProblem } from '#contracts/user-request.ts';
import { CliError, EXIT } from './cli-error.ts';
import type { Session } from './session.ts';

export type AcceptedAnswer = Extract<RequestAnswer, { executionId: string }>;
export type Answered = { accepted: AcceptedAnswer } | { problems: readonly RequestProblem[] };

export const ANSWER_TIMEOUT_MS = 10_000;

/** @throws CliError `REQUEST_UNANSWERED` (stored, no orca runs) or `DEPLOYMENT_EMPTY` */
export async function sendRequest(
  session: Session,
  request: { subject: string; body: unknown; timeoutMs?: number },
): Promise<Answered> {
  session.views(); // nobody would store the request otherwise
  const { subject, body, timeoutMs = ANSWER_TIMEOUT_MS } = request;
  let text: unknown;
  try {
    const reply = await session.bus.request(subject, JSON.stringify(body), { timeout: timeoutMs });
    text = reply.json();
  } catch (cause) {
    throw new CliError(
      {
        code: 'REQUEST_UNANSWERED',
        what: `Nobody answered the request within ${timeoutMs / 1_000} s.`,
        why: 'It is stored and will be carried out as soon as an orca runs; none seems to run now.',
        next: 'See what runs with: windlass doctor',
        exitCode: EXIT.timedOut,
      },
      { cause },
    );
  }
  const answer = RequestAnswer.parse(text);
  return 'problems' in answer ? { problems: answer.problems } : { accepted: answer };
}
