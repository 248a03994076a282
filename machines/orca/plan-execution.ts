/** From a deploy request to the input of its execution. Pure: ids come from the caller. */
import type { StartExecution } from '#contracts/execution.ts';
import type { JsonObject } from '#contracts/json.ts';
import type { DeployRequest, Pipeline } from '#contracts/pipeline.ts';
import { nearestFirst } from './dag.ts';

/**
 * Input of the `execution` actor. Validate the request first: what is wrong with it would otherwise
 * only fail its stages one by one.
 */
export function planExecution(
  request: DeployRequest,
  ids: { executionId: string; requestId: string },
): StartExecution {
  const { pipeline, parameters = {}, user = 'anonymous' } = request;
  return { ...ids, pipeline, parameters: parametersOf(pipeline, parameters), user };
}

/** Given values, then the defaults of the pipeline's parameters. */
export function parametersOf(pipeline: Pipeline, given: JsonObject): JsonObject {
  const defaults = (pipeline.parameterConfig ?? []).flatMap((parameter): JsonObject[] =>
    parameter.default === undefined ? [] : [{ [parameter.name]: parameter.default }],
  );
  return nearestFirst([given, ...defaults]);
}
