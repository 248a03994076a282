/** Settings that every process of a deployment shares, as environment variables. */
import { z } from 'zod';
import { Topology } from './topology.ts';

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);

export const NodeEnvironment = z.object({
  /** NATS servers, comma separated. */
  NATS_URL: list.default(['127.0.0.1:4222']),
  /** Core streams per service; fixed at the first start. */
  WINDLASS_SHARDS: z.coerce.number().int().default(1),
  /** Partitions per shard; fixed at the first start. */
  WINDLASS_PARTITIONS: z.coerce.number().int().default(64),
  /** Copies of every stream: 1, 3 or 5. */
  WINDLASS_REPLICAS: z.coerce.number().int().default(1),
  /** fatal, error, warn, info, debug, trace or silent. */
  WINDLASS_LOG: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});
export type NodeEnvironment = z.infer<typeof NodeEnvironment>;

export function topologyOf(environment: NodeEnvironment): Topology {
  return Topology.parse({
    shards: environment.WINDLASS_SHARDS,
    partitionsPerShard: environment.WINDLASS_PARTITIONS,
    replicas: environment.WINDLASS_REPLICAS,
  });
}

/** What a node answers when asked who it is. */
export const NodeDescription = z.object({
  service: z.string(),
  node: z.string(),
  pid: z.number().int(),
  startedAtMs: z.number().int(),
  /** Partitions it owns now. */
  owned: z.array(z.number().int()),
  /** Entries it has read but not yet applied. */
  open: z.number().int(),
  /** Actor types it runs, as `type@version`. */
  actorTypes: z.array(z.string()),
  /** The same with their structures; absent in what older releases answer. */
  definitions: z
    .array(z.object({ type: z.string(), version: z.number().int(), hash: z.string() }))
    .optional(),
});
export type NodeDescription = z.infer<typeof NodeDescription>;
