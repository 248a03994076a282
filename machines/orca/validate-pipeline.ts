/** Everything that can be known to be wrong with a pipeline before it runs. Pure; an empty list means it may start. */
import type { JsonObject } from '#contracts/json.ts';
import type { DeployRequest, Pipeline, StageDefinition } from '#contracts/pipeline.ts';
import { dagOf, findCycle, type DagNode } from './dag.ts';
import { resolveExpressions } from './expressions.ts';
import { parametersOf } from './plan-execution.ts';
import { placeOf, type Problem } from './problem.ts';
import { objectOf } from './stage-context.ts';
import { stageTypes } from './stages/stage-types.ts';

/** An execution keeps its pipeline in its record, which has a hard limit of 512 KiB. */
export const PIPELINE_CHARS_MAX = 196_608;

/** Checks a request as a whole: its parameters, and its pipeline with these parameters. */
export function validateRequest(request: DeployRequest): Problem[] {
  const { pipeline, parameters = {} } = request;
  const missing = (pipeline.parameterConfig ?? [])
    .filter(({ name, required, default: fallback }) => {
      return required === true && fallback === undefined && !Object.hasOwn(parameters, name);
    })
    .map(({ name }) => ({
      code: 'PARAMETER_MISSING',
      place: placeOf('parameters', name),
      message: `The pipeline requires the parameter '${name}', which the request does not give.`,
      remedy: `Pass the parameter '${name}', or give it a default in parameterConfig.`,
    }));
  const reported = new Set(missing.map(({ place }) => place));
  const problems = problemsOf(pipeline, parametersOf(pipeline, parameters));
  return [...missing, ...problems.filter((problem) => !isReported(problem, reported))];
}

/** Checks a pipeline by itself: declared parameters without a default may still get any value. */
export function validatePipeline(pipeline: Pipeline): Problem[] {
  const open = new Set((pipeline.parameterConfig ?? []).map(({ name }) => placeOf('parameters', name)));
  return problemsOf(pipeline, parametersOf(pipeline, {})).filter((problem) => !isReported(problem, open));
}

/** A use of a parameter that is reported, or allowed, at its declaration. */
function isReported(problem: Problem, places: ReadonlySet<string>): boolean {
  const name =
    problem.code === 'PARAMETER_UNKNOWN'
      ? /names the parameter '([^']+)'/.exec(problem.message)?.[1]
      : undefined;
  return name !== undefined && places.has(placeOf('parameters', name));
}

function problemsOf(pipeline: Pipeline, parameters: JsonObject): Problem[] {
  const chars = JSON.stringify(pipeline).length;
  if (chars > PIPELINE_CHARS_MAX) {
    return [
      {
        code: 'PIPELINE_TOO_LARGE',
        place: '$',
        message: `The pipeline has ${chars} characters of JSON; the limit is ${PIPELINE_CHARS_MAX}.`,
        remedy: 'Split it, or keep large payloads outside and refer to them.',
      },
    ];
  }
  return [
    ...graphProblems(pipeline.stages),
    ...pipeline.stages.flatMap((stage, index) => stageProblems(stage, placeOf('stages', index), parameters)),
  ];
}

function graphProblems(stages: readonly StageDefinition[]): Problem[] {
  const nodes = dagOf(stages);
  const linear = stages.every((stage) => stage.refId === undefined);
  const problems = linear ? [] : refIdProblems(stages);
  if (problems.length > 0) return problems;
  const known = new Set(nodes.map(({ refId }) => refId));
  const unknown = nodes.flatMap((node, index) => requisiteProblems(node, { index, known }));
  if (unknown.length > 0) return unknown;
  const cycle = findCycle(nodes);
  if (cycle === null) return [];
  const first = nodes.findIndex(({ refId }) => refId === cycle[0]);
  return [
    {
      code: 'STAGE_CYCLE',
      place: `stages[${first}].requisiteStageRefIds`,
      message: `The stages wait for each other: ${cycle.join(' -> ')}.`,
      remedy: 'Take one of these requisites out.',
    },
  ];
}

function refIdProblems(stages: readonly StageDefinition[]): Problem[] {
  const seen = new Map<string, number>();
  return stages.flatMap(({ refId }, index) => {
    const place = `stages[${index}].refId`;
    if (refId === undefined) {
      return [
        {
          code: 'STAGE_REF_ID_MISSING',
          place,
          message: 'This stage has no refId, but others have.',
          remedy: 'Give every stage a refId, or none: then they run one after the other.',
        },
      ];
    }
    if (/[<>]/.test(refId)) {
      return [
        {
          code: 'STAGE_REF_ID_INVALID',
          place,
          message: `The refId '${refId}' contains < or >, which mark synthetic stages.`,
          remedy: 'Use letters, digits and dashes.',
        },
      ];
    }
    const earlier = seen.get(refId);
    seen.set(refId, earlier ?? index);
    if (earlier === undefined) return [];
    return [
      {
        code: 'STAGE_REF_ID_DUPLICATE',
        place,
        message: `The refId '${refId}' is already used by stages[${earlier}].`,
        remedy: 'Give every stage a refId of its own.',
      },
    ];
  });
}

function requisiteProblems(node: DagNode, args: { index: number; known: ReadonlySet<string> }): Problem[] {
  return node.requisites.flatMap((requisite, position) =>
    args.known.has(requisite)
      ? []
      : [
          {
            code: 'STAGE_REQUISITE_UNKNOWN',
            place: `stages[${args.index}].requisiteStageRefIds[${position}]`,
            message: `No stage has the refId '${requisite}'.`,
            remedy: `Use one of: ${[...args.known].slice(0, 20).join(', ')}.`,
          },
        ],
  );
}

const STRUCTURE = new Set(['type', 'refId', 'requisiteStageRefIds']);

function stageProblems(stage: StageDefinition, place: string, parameters: JsonObject): Problem[] {
  const stageType = stageTypes.get(stage.type);
  if (stageType === undefined) {
    return [
      {
        code: 'STAGE_TYPE_UNKNOWN',
        place: placeOf(place, 'type'),
        message: `There is no stage type '${stage.type}'.`,
        remedy: `Use one of: ${[...stageTypes.keys()].join(', ')}.`,
      },
    ];
  }
  const written = Object.fromEntries(
    Object.entries(stage).filter(([key]) => !STRUCTURE.has(key)),
  ) as JsonObject;
  const { value, problems } = resolveExpressions(written, parameters, place);
  const context = value as JsonObject;
  const faults = [...(stageType.validate?.(context) ?? []), ...unsupported(context)];
  return [...problems, ...faults.map((fault) => ({ ...fault, place: `${place}.${fault.place}` }))];
}

/** What would change whether or when a stage runs must not be passed over in silence. */
function unsupported(context: JsonObject): Problem[] {
  const problems: Problem[] = [];
  const enabled = objectOf(context['stageEnabled'])?.['expression'];
  if (enabled !== undefined && enabled !== '' && enabled !== true && enabled !== 'true') {
    problems.push({
      code: 'STAGE_CONTEXT_UNSUPPORTED',
      place: 'stageEnabled',
      message: `The conditional 'stageEnabled' is not supported.`,
      remedy: 'Put a checkPreconditions stage with the precondition stageStatus before this stage.',
    });
  }
  if (context['restrictExecutionDuringTimeWindow'] === true) {
    problems.push({
      code: 'STAGE_CONTEXT_UNSUPPORTED',
      place: 'restrictExecutionDuringTimeWindow',
      message: 'Execution windows are not supported.',
      remedy: 'Set restrictExecutionDuringTimeWindow to false, or start the pipeline inside the window.',
    });
  }
  return problems;
}
