/** What users may ask on `windlass.>`, and what they are answered. */
import { z } from 'zod';

/** Largest request body, in bytes. */
export const REQUEST_SIZE_BYTES_MAX = 256 * 1024;

const user = z.string().min(1).max(128).default('anonymous');
const executionId = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/);

export const CancelRequest = z
  .object({ executionId, reason: z.string().max(1024).default('no reason given'), user })
  .strict();
export const PauseRequest = z.object({ executionId, user }).strict();
export const ResumeRequest = z.object({ executionId, user }).strict();
export const JudgeRequest = z
  .object({
    executionId,
    /** RefId of the waiting stage. */
    stage: z.string().min(1).max(64),
    decision: z.enum(['continue', 'stop']),
    input: z.string().max(1024).optional(),
    user,
  })
  .strict();

/** One fault in a request: code, place, what is wrong, what to write instead. */
export const RequestProblem = z.object({
  code: z.string(),
  place: z.string(),
  message: z.string(),
  remedy: z.string(),
});
export type RequestProblem = z.infer<typeof RequestProblem>;

/**
 * The answer to a request. `stream` and `seq` make it a JetStream acknowledgement as well, `error.err_code` and
 * `error.description` a JetStream refusal: any NATS client understands it.
 */
export const RequestAnswer = z.union([
  z.object({
    stream: z.string(),
    seq: z.number().int(),
    status: z.enum(['accepted', 'applied']),
    executionId: z.string(),
    requestId: z.string().optional(),
  }),
  z.object({
    error: z.object({ code: z.number().int(), err_code: z.number().int(), description: z.string() }),
    problems: z.array(RequestProblem).min(1),
  }),
]);
export type RequestAnswer = z.infer<typeof RequestAnswer>;
