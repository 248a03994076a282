/** A statechart as plain data for viewers: nodes by id, edges between them. */
import { z } from 'zod';

export const StatechartNode = z.object({
  id: z.string(),
  key: z.string(),
  type: z.enum(['atomic', 'compound', 'parallel', 'final', 'history']),
  parent: z.string().optional(),
  initial: z.string().optional(),
  tags: z.array(z.string()),
  invokes: z.array(z.object({ id: z.string(), src: z.string() })),
  description: z.string().optional(),
});

export const StatechartEdge = z.object({
  source: z.string(),
  targets: z.array(z.string()),
  /** Event type, `always`, or `after <delay>`. */
  event: z.string(),
  guard: z.string().optional(),
  actions: z.array(z.string()),
  reenter: z.boolean(),
});

export const StatechartDescription = z.object({
  v: z.literal(1),
  type: z.string(),
  version: z.number().int(),
  hash: z.string(),
  nodes: z.array(StatechartNode),
  edges: z.array(StatechartEdge),
});
export type StatechartDescription = z.infer<typeof StatechartDescription>;
