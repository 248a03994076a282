/** What could not be processed, parked in the stream `DEAD` for people to look at. */
import { z } from 'zod';

export const DeadLetter = z.object({
  v: z.literal(1),
  /** Where it came from: names it. */
  source: z.string().min(1),
  reason: z.string(),
  /** As it was read. */
  raw: z.string(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;
