/** Ends an activity, or keeps it alive, by its token: connects, asks its actor, and says what came of it. */
import type { Command } from 'commander';
import { readTopology } from '#bus/stream-survey.ts';
import { decodeActivityToken } from '#contracts/activity-token.ts';
import { partsOf } from '#contracts/address.ts';
import { Json } from '#contracts/json.ts';
import {
  ActivityTokenError,
  type CompletionAnswer,
  type CompletionPorts,
  type TokenErrorCode,
} from '#runtime/activity-completion.ts';
import { completionPorts } from '#runtime/jetstream/jetstream-asks.ts';
import { CliError, EXIT, type ExitCode } from './cli-error.ts';
import { invocationOf } from './invocation.ts';

const EXIT_OF: Record<TokenErrorCode, ExitCode> = {
  ACTIVITY_TOKEN_INVALID: EXIT.usage,
  ACTIVITY_TOKEN_STALE: EXIT.conflict,
  ACTIVITY_UNKNOWN_ACTOR: EXIT.notFound,
  ACTIVITY_OUTPUT_INVALID: EXIT.usage,
  ACTIVITY_OUTPUT_TOO_LARGE: EXIT.usage,
};

/** @throws CliError 2 for what is no token, 6 when nobody waits for it, 124 when nobody answered */
export async function useToken(
  command: Command,
  token: string,
  use: (ports: CompletionPorts) => Promise<CompletionAnswer>,
): Promise<void> {
  const cli = await invocationOf(command);
  const service = partsOf(decodeActivityToken(token)?.actor ?? invalid()).service;
  await using session = await cli.openSession();
  const topology = await readTopology(session.bus, service);
  if (topology === null) {
    throw new CliError({
      code: 'SERVICE_UNKNOWN',
      what: `There is no service '${service}' on this NATS server.`,
      why: 'Its streams do not exist: it never started here.',
      next: 'Name the right server with --nats',
      exitCode: EXIT.notFound,
    });
  }
  const answer = await use(completionPorts({ bus: session.bus, topology })).catch(refused);
  cli.output.result({ outcome: answer }, () => answer);
  if (answer === 'taken') return;
  throw new CliError({
    code: 'ACTOR_UNANSWERED',
    what: 'Nobody answered yet.',
    why: 'It is stored, and its actor takes it as soon as a node of its service runs and the actor is not paused.',
    next: 'See what runs with: windlass doctor',
    exitCode: EXIT.timedOut,
  });
}

/** What was given as JSON, or undefined. @throws CliError `JSON_INVALID` */
export function jsonOf(option: string, text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return Json.parse(JSON.parse(text));
  } catch (cause) {
    throw new CliError(
      {
        code: 'JSON_INVALID',
        what: `${option} is no JSON.`,
        why: (cause as Error).message,
        next: `Quote it for your shell: ${option} '{"ok":true}'`,
        exitCode: EXIT.usage,
      },
      { cause },
    );
  }
}

function invalid(): never {
  throw new CliError({
    code: 'ACTIVITY_TOKEN_INVALID',
    what: 'This is no token of an activity.',
    why: 'It cannot be read, or was made by a later version.',
    next: 'Pass on exactly what the activity got from completeLater()',
    exitCode: EXIT.usage,
  });
}

function refused(cause: unknown): never {
  if (!(cause instanceof ActivityTokenError)) throw cause;
  throw new CliError(
    {
      code: cause.code,
      what: 'The actor did not take it.',
      why: cause.message,
      next: 'Look at what the actor waits for now; a later attempt has a token of its own',
      exitCode: EXIT_OF[cause.code],
    },
    { cause },
  );
}
