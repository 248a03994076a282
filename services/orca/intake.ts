/**
 * Turns what users ask for into envelopes: parses, validates, answers; parks what cannot be done, with the reason.
 *
 * I1 Nothing is half started: a request is refused as a whole, or its execution is stored.
 * I2 The same request id always names the same execution, so a repeated request starts nothing.
 */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { addressOf, type Address } from '#contracts/address.ts';
import type { ExecutionEvent } from '#contracts/execution.ts';
import type { JsonObject } from '#contracts/json.ts';
import type { KnownAccounts } from '#contracts/known-accounts.ts';
import { DeployRequest } from '#contracts/pipeline.ts';
import { STREAM, requestSubjects } from '#contracts/subjects.ts';
import {
  CancelRequest,
  JudgeRequest,
  PauseRequest,
  REQUEST_SIZE_BYTES_MAX,
  ResumeRequest,
  type RequestAnswer,
  type RequestProblem,
} from '#contracts/user-request.ts';
import { accountProblems } from '#machines/orca/validate-accounts.ts';
import { planExecution } from '#machines/orca/plan-execution.ts';
import { validateRequest } from '#machines/orca/validate-pipeline.ts';
import type { Ingress } from '#runtime/ports.ts';

/** As received: the same `sequence` for every delivery of one request. */
export type IncomingRequest = {
  subject: string;
  data: string;
  sequence: number;
  messageId: string | undefined;
};

export type IntakeDeps = {
  ingress: Ingress;
  /** Delivers an event to a running execution and tells whether it was applied. */
  ask: (to: Address, event: ExecutionEvent, id: string) => Promise<{ applied: boolean; reason?: string }>;
  /** The accounts that are served; null while that is not known. */
  knownAccounts: () => Promise<KnownAccounts | null>;
  /** Parks a request that cannot be done. */
  park: (request: IncomingRequest, problems: readonly RequestProblem[]) => Promise<void>;
};

/** A request refused for what its sender wrote. */
class Refused extends Error {
  readonly problems: readonly RequestProblem[];
  constructor(problems: readonly RequestProblem[]) {
    super(problems.map((problem) => problem.message).join('; '));
    this.problems = problems;
  }
}

/** Handles one request; throws only when the bus fails, and may then be called again. */
export function createIntake(deps: IntakeDeps): (request: IncomingRequest) => Promise<RequestAnswer> {
  return async (request) => {
    try {
      return await handle(deps, request);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await deps.park(request, error.problems);
      const description = error.problems.map(
        (problem) => `${problem.code} at ${problem.place}: ${problem.message}`,
      );
      return {
        error: { code: 400, err_code: 400, description: description.join('; ').slice(0, 2_048) },
        problems: [...error.problems],
      };
    }
  };
}

/** Id of the execution that a request starts. */
export function executionIdOf(requestId: string): string {
  return `x${createHash('sha256').update(requestId).digest('hex').slice(0, 19)}`;
}

async function handle(deps: IntakeDeps, request: IncomingRequest): Promise<RequestAnswer> {
  const body = parseBody(request);
  switch (request.subject) {
    case requestSubjects.deploy:
      return deploy(deps, request, body);
    case requestSubjects.cancel: {
      const { executionId, reason, user } = parse(CancelRequest, body);
      return control(deps, request, { executionId, event: { type: 'execution.cancel', reason, user } });
    }
    case requestSubjects.pause: {
      const { executionId, user } = parse(PauseRequest, body);
      return control(deps, request, { executionId, event: { type: 'execution.pause', user } });
    }
    case requestSubjects.resume: {
      const { executionId, user } = parse(ResumeRequest, body);
      return control(deps, request, { executionId, event: { type: 'execution.resume', user } });
    }
    case requestSubjects.judge: {
      const { executionId, stage, decision, input, user } = parse(JudgeRequest, body);
      const event = {
        type: 'execution.judge',
        stageRefId: stage,
        decision,
        user,
        ...(input ? { input } : {}),
      } as const;
      return control(deps, request, { executionId, event });
    }
    default:
      throw new Refused([
        {
          code: 'SUBJECT_UNKNOWN',
          place: request.subject,
          message: 'Nothing can be asked on this subject.',
          remedy: `Use one of: ${Object.values(requestSubjects)
            .filter((name) => /^windlass\.[a-z]+$/.test(name))
            .join(', ')}.`,
        },
      ]);
  }
}

async function deploy(deps: IntakeDeps, request: IncomingRequest, body: unknown): Promise<RequestAnswer> {
  const wanted = parse(DeployRequest, body);
  const known = await deps.knownAccounts();
  const problems = [...validateRequest(wanted), ...(known ? accountProblems(wanted.pipeline, known) : [])];
  if (problems.length > 0) throw new Refused(problems);
  const requestId = wanted.requestId ?? request.messageId ?? `request-${request.sequence}`;
  const executionId = executionIdOf(requestId);
  const input = planExecution(wanted, { executionId, requestId }) as unknown as JsonObject;
  await deps.ingress.send({
    v: 1,
    kind: 'start',
    id: `start-${executionId}`,
    to: executionAddress(executionId),
    input,
  });
  return { stream: STREAM.requests, seq: request.sequence, status: 'accepted', executionId, requestId };
}

async function control(
  deps: IntakeDeps,
  request: IncomingRequest,
  wanted: { executionId: string; event: ExecutionEvent },
): Promise<RequestAnswer> {
  const { executionId, event } = wanted;
  const answer = await deps.ask(executionAddress(executionId), event, `${event.type}-${request.sequence}`);
  if (!answer.applied) {
    throw new Refused([
      {
        code: 'EXECUTION_REFUSED',
        place: executionId,
        message: `The execution did not take '${event.type}': ${answer.reason ?? 'no reason given'}.`,
        remedy: 'See its state with: windlass execution get ' + executionId,
      },
    ]);
  }
  return { stream: STREAM.requests, seq: request.sequence, status: 'applied', executionId };
}

export function executionAddress(executionId: string): Address {
  return addressOf({ service: 'orca', type: 'execution', root: executionId, id: executionId });
}

function parseBody(request: IncomingRequest): unknown {
  const sizeBytes = Buffer.byteLength(request.data);
  if (sizeBytes > REQUEST_SIZE_BYTES_MAX) {
    throw new Refused([
      {
        code: 'REQUEST_TOO_LARGE',
        place: '$',
        message: `The request has ${sizeBytes} bytes; the limit is ${REQUEST_SIZE_BYTES_MAX}.`,
        remedy: 'Keep large payloads outside the pipeline and refer to them.',
      },
    ]);
  }
  try {
    return JSON.parse(request.data);
  } catch (error) {
    throw new Refused([
      {
        code: 'JSON_INVALID',
        place: '$',
        message: `The request is not JSON: ${(error as Error).message}.`,
        remedy: 'Send one JSON object, UTF-8 encoded.',
      },
    ]);
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Refused(
    parsed.error.issues.slice(0, 20).map((issue) => ({
      code: 'FIELD_INVALID',
      place: pathOf(issue.path),
      message: issue.message,
      remedy: 'Correct this field and send the request again; nothing was started.',
    })),
  );
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`),
    '$',
  );
}
