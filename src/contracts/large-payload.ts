/** A reference to something that is too large for records and envelopes: named by its content, kept beside the bus. */
import { z } from 'zod';

/** What fits into an envelope beside everything else, in bytes of JSON. More has to travel by reference. */
export const INLINE_BYTES_MAX = 128 * 1024;

/** One stored payload, in bytes. */
export const PAYLOAD_BYTES_MAX = 64 * 1024 * 1024;

export const LargePayload = z.strictObject({
  /** Digest of the content: equal content is stored once, and a damaged one is noticed. */
  blob: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  sizeBytes: z.number().int().nonnegative(),
});
export type LargePayload = z.infer<typeof LargePayload>;
