/** The activity `webhook`: one HTTP call to a host that the configuration allows. */
import { z } from 'zod';
import { Json } from './json.ts';

export const WebhookMethod = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
export type WebhookMethod = z.infer<typeof WebhookMethod>;

export const WebhookRequest = z.object({
  url: z.string().min(1).max(2048),
  method: WebhookMethod,
  /** Sent as JSON; text is sent as it is. */
  payload: Json.optional(),
  headers: z.record(z.string(), z.string()),
  /** Statuses that end the call at once, also those that are otherwise tried again (429 and 5xx). */
  failFastStatusCodes: z.array(z.number().int()),
  /** Statuses that are tried again, besides 429 and 5xx. */
  retryStatusCodes: z.array(z.number().int()),
  /** Most attempts by status; without an entry the activity's own retry policy decides. */
  attemptsMaxByStatus: z.record(z.string(), z.number().int().positive()),
});
export type WebhookRequest = z.infer<typeof WebhookRequest>;

/** Any answer that is not to be tried again, also one that the stage will call a failure. */
export const WebhookResponse = z.object({
  statusCode: z.number().int(),
  /** Names in lower case. */
  headers: z.record(z.string(), z.string()),
  /** Parsed when it is JSON, else text. */
  body: Json,
  /** The body was longer than allowed: it is cut, and text. */
  bodyTruncated: z.boolean().optional(),
});
export type WebhookResponse = z.infer<typeof WebhookResponse>;
