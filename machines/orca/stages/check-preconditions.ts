/** Fails unless every precondition holds: one stage for each, all at once. */
import type { Json, JsonObject } from '#contracts/json.ts';
import { ExecutionStatus } from '#contracts/execution.ts';
import type { OperationResult } from '#contracts/operation.ts';
import { hasExpression } from '../expressions.ts';
import { placeOf, type Problem } from '../problem.ts';
import { clusterOf, describeCluster, describedServerGroups, regionsOf } from '../server-group-targets.ts';
import {
  flagOf,
  numberOf,
  objectOf,
  objectsOf,
  printed,
  textOf,
  type StageContext,
} from '../stage-context.ts';
import { contextProblem, requireOneOf, requireRegion } from '../stage-problems.ts';
import type { StageType, TaskDefinition, TaskResult } from '../stage-type.ts';

const COMPARISONS: Readonly<Record<string, (actual: number, expected: number) => boolean>> = {
  '<': (actual, expected) => actual < expected,
  '<=': (actual, expected) => actual <= expected,
  '==': (actual, expected) => actual === expected,
  '>=': (actual, expected) => actual >= expected,
  '>': (actual, expected) => actual > expected,
};

export const checkPreconditionsStage: StageType = {
  type: 'checkPreconditions',
  validate: (context) =>
    hasExpression(context['preconditions']) && !Array.isArray(context['preconditions'])
      ? []
      : objectsOf(context['preconditions']).flatMap(preconditionProblems),
  before: ({ own }) => ({
    order: 'parallel',
    stages: objectsOf(own['preconditions']).map((precondition) => {
      const type = textOf(precondition['type']) ?? 'unknown';
      const failPipeline = flagOf(precondition['failPipeline']);
      return {
        type: 'checkPreconditions',
        name: `Check precondition (${type})`,
        context: {
          ...objectOf(precondition['context']),
          preconditionType: type,
          ...(failPipeline === undefined ? {} : { failPipeline }),
        },
      };
    }),
  }),
  tasks: ({ own }) =>
    own['preconditionType'] === undefined ? [] : [checkOf(printed(own['preconditionType']))],
};

function checkOf(type: string): TaskDefinition {
  if (type === 'clusterSize') {
    return {
      name: 'checkPrecondition',
      kind: 'operations',
      operations: (context) => [
        describeCluster(context, { cluster: clusterOf(context), regions: regionsOf(context) }),
      ],
      onSuccess: checkClusterSize,
    };
  }
  const run = type === 'stageStatus' ? checkStageStatus : checkExpression;
  return { name: 'checkPrecondition', kind: 'result', run };
}

function checkStageStatus(context: StageContext): TaskResult {
  const name = textOf(context.own['stageName']) ?? '';
  const expected = textOf(context.own['stageStatus']) ?? '';
  const actual = Object.hasOwn(context.start.stageStatuses, name)
    ? context.start.stageStatuses[name]
    : undefined;
  if (actual === expected) return { status: 'SUCCEEDED' };
  const found = actual === undefined ? 'there is no such stage' : `it is ${actual}`;
  return unmet(context, `the stage '${name}' must be ${expected}, but ${found}`);
}

function checkExpression(context: StageContext): TaskResult {
  const value = context.own['expression'];
  if (flagOf(value) === true) return { status: 'SUCCEEDED' };
  return unmet(context, `the expression is ${JSON.stringify(value)} and not true`);
}

function checkClusterSize(context: StageContext, results: readonly OperationResult[]): TaskResult {
  const found = describedServerGroups(results);
  const comparison = textOf(context.own['comparison']) ?? '==';
  const expected = numberOf(context.own['expected']) ?? Number.NaN;
  for (const region of regionsOf(context)) {
    const actual = found.filter((group) => group.region === region).length;
    if (COMPARISONS[comparison]?.(actual, expected) !== true) {
      const rule = `the cluster '${clusterOf(context)}' must have ${comparison} ${expected} server groups`;
      return unmet(context, `${rule} in ${region}, but it has ${actual}`);
    }
  }
  return { status: 'SUCCEEDED' };
}

function unmet(context: StageContext, what: string): TaskResult {
  const said = textOf(context.own['failureMessage']);
  const message = `Precondition not met: ${what}.${said === undefined ? '' : ` ${said}`}`.slice(0, 4096);
  return { status: 'TERMINAL', failure: { code: 'PRECONDITION_UNMET', message, kind: 'terminal' } };
}

function preconditionProblems(precondition: JsonObject, index: number): Problem[] {
  const base = placeOf('preconditions', index);
  const type = textOf(precondition['type']) ?? '';
  const context = objectOf(precondition['context']) ?? {};
  return problemsOf(type, context).map((problem) => ({
    ...problem,
    place: placeOf(base, problem.place === 'type' ? 'type' : `context.${problem.place}`)
      .replace('["', '.')
      .replace('"]', ''),
  }));
}

function problemsOf(type: string, context: JsonObject): Problem[] {
  switch (type) {
    case 'stageStatus':
      return [
        ...requireOneOf(context, ['stageName'], 'Deploy'),
        ...oneOf(context, 'stageStatus', ExecutionStatus.options),
      ];
    case 'clusterSize':
      return [
        ...requireOneOf(context, ['cluster'], 'myapp-prod'),
        ...requireOneOf(context, ['credentials', 'account'], 'prod'),
        ...oneOf(context, 'comparison', Object.keys(COMPARISONS)),
        ...(numberOf(context['expected']) === undefined && !hasExpression(context['expected'])
          ? [contextProblem('expected', `'expected' is missing.`, `Set 'expected' to a number.`)]
          : []),
        ...requireRegion(context),
      ];
    case 'expression':
      return expressionProblems(context['expression']);
    default:
      return [
        contextProblem(
          'type',
          `There is no precondition '${type}'.`,
          'Use stageStatus, clusterSize or expression.',
        ),
      ];
  }
}

/** Only true, false and a parameter that holds one of them can be judged here. */
function expressionProblems(value: Json | undefined): Problem[] {
  if (flagOf(value) !== undefined || (typeof value === 'string' && /^\$\{[^}]*\}$/.test(value))) return [];
  return [
    contextProblem(
      'expression',
      `The expression ${JSON.stringify(value)} is not supported.`,
      'Use true, false or ${parameters.<name>}; to look at another stage use the precondition stageStatus.',
    ),
  ];
}

function oneOf(context: JsonObject, key: string, allowed: readonly string[]): Problem[] {
  const value = context[key];
  if (hasExpression(value) || (typeof value === 'string' && allowed.includes(value))) return [];
  return [contextProblem(key, `'${key}' is ${JSON.stringify(value)}.`, `Use one of: ${allowed.join(', ')}.`)];
}
