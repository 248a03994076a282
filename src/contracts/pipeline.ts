/** A pipeline as a user writes it: Spinnaker's own JSON. */
import { z } from 'zod';
import { Json, JsonObject } from './json.ts';

/** One stage. Everything besides the named fields is the stage's context and is kept as it is. */
export const StageDefinition = z
  .object({
    type: z.string().min(1).max(64),
    name: z.string().max(256).optional(),
    /** Absent in all stages of an older pipeline: they then run one after the other. */
    refId: z.coerce.string().min(1).max(64).optional(),
    requisiteStageRefIds: z.array(z.coerce.string()).optional(),
    /** False: a failure halts this branch only. Default true. */
    failPipeline: z.boolean().nullish(),
    /** True: a failure is ignored. Wins over the others. */
    continuePipeline: z.boolean().nullish(),
    /** With `failPipeline: false`: the pipeline fails once the other branches are done. */
    completeOtherBranchesThenFail: z.boolean().nullish(),
    stageTimeoutMs: z.number().int().positive().optional(),
  })
  .catchall(Json);
export type StageDefinition = z.infer<typeof StageDefinition>;

export const PipelineParameter = z.object({
  name: z.string().min(1).max(128),
  default: Json.optional(),
  required: z.boolean().optional(),
  description: z.string().optional(),
});

export const Pipeline = z
  .object({
    application: z.string().min(1).max(128),
    name: z.string().min(1).max(256),
    id: z.string().max(128).optional(),
    description: z.string().optional(),
    parameterConfig: z.array(PipelineParameter).optional(),
    stages: z.array(StageDefinition).min(1).max(500),
  })
  .catchall(Json);
export type Pipeline = z.infer<typeof Pipeline>;

/** Starts one execution. The same `requestId` never starts a second one. */
export const DeployRequest = z
  .object({
    requestId: z.string().min(1).max(128).optional(),
    pipeline: Pipeline,
    parameters: JsonObject.optional(),
    user: z.string().min(1).max(128).optional(),
  })
  .strict();
export type DeployRequest = z.infer<typeof DeployRequest>;
