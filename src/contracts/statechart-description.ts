/**
 * A statechart as plain data for viewers: nodes by id, edges between them. The processes of a service store those of
 * their definitions, so that any viewer can read them while no worker is alive.
 */
import { z } from 'zod';
import { JsonObject } from './json.ts';

export const StatechartInvoke = z.object({
  id: z.string(),
  src: z.string(),
  /** What it becomes: an activity of a worker, or an actor of its own. */
  kind: z.enum(['activity', 'actor']).optional(),
});
export type StatechartInvoke = z.infer<typeof StatechartInvoke>;

export const StatechartNode = z.object({
  id: z.string(),
  key: z.string(),
  type: z.enum(['atomic', 'compound', 'parallel', 'final', 'history']),
  parent: z.string().optional(),
  /** Id of the node it starts in, of compound nodes. */
  initial: z.string().optional(),
  /** Of history nodes. */
  history: z.enum(['shallow', 'deep']).optional(),
  tags: z.array(z.string()),
  invokes: z.array(StatechartInvoke),
  /** Actions by name, in order; absent when there are none. */
  entry: z.array(z.string()).optional(),
  exit: z.array(z.string()).optional(),
  description: z.string().optional(),
  /** As written, when it is JSON. */
  meta: JsonObject.optional(),
});
export type StatechartNode = z.infer<typeof StatechartNode>;

/** What makes an edge be taken. `state-done`: a final state below its source was reached. */
export const StatechartTrigger = z.enum([
  'event',
  'always',
  'after',
  'invoke-done',
  'invoke-error',
  'invoke-snapshot',
  'state-done',
]);
export type StatechartTrigger = z.infer<typeof StatechartTrigger>;

export const StatechartEdge = z.object({
  source: z.string(),
  /** None: only actions run. */
  targets: z.array(z.string()),
  /** Event type, `always`, or `after <delay>`. */
  event: z.string(),
  trigger: StatechartTrigger.optional(),
  /** Of `after`: milliseconds, or the name of a delay. */
  delay: z.union([z.number(), z.string()]).optional(),
  /** Child id, of `invoke-…`. */
  invoke: z.string().optional(),
  guard: z.string().optional(),
  actions: z.array(z.string()),
  reenter: z.boolean(),
  description: z.string().optional(),
});
export type StatechartEdge = z.infer<typeof StatechartEdge>;

export const StatechartDescription = z.object({
  v: z.literal(1),
  type: z.string(),
  version: z.number().int(),
  hash: z.string(),
  /** Root first, in document order. */
  nodes: z.array(StatechartNode),
  edges: z.array(StatechartEdge),
});
export type StatechartDescription = z.infer<typeof StatechartDescription>;

/** A description as it is stored, with the service whose nodes registered it. */
export const StoredStatechart = z.object({
  v: z.literal(1),
  service: z.string(),
  description: StatechartDescription,
});
export type StoredStatechart = z.infer<typeof StoredStatechart>;
