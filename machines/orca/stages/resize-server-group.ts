/** Changes the size of a server group: to an exact capacity, or up or down by a number or a share. */
import type { JsonObject } from '#contracts/json.ts';
import { Capacity } from '#contracts/server-group.ts';
import { hasExpression } from '../expressions.ts';
import type { Problem } from '../problem.ts';
import { awaitServerGroup, operationOn, type Target } from '../server-group-targets.ts';
import { numberOf, objectOf, textOf, type StageContext } from '../stage-context.ts';
import { contextProblem } from '../stage-problems.ts';
import { StageFailed } from '../stage-failed.ts';
import type { StageType } from '../stage-type.ts';
import { determineTarget, targetProblems, targetsOf } from './server-group-target.ts';

const ACTIONS = ['scale_exact', 'scale_up', 'scale_down'];

export const resizeServerGroupStage: StageType = {
  type: 'resizeServerGroup',
  validate: (context) => [...targetProblems(context), ...actionProblems(context)],
  tasks: () => [
    determineTarget(),
    {
      name: 'resizeServerGroup',
      kind: 'operations',
      operations: (context) =>
        targetsOf(context).map((target) =>
          operationOn('resizeServerGroup', {
            context,
            target,
            extra: { capacity: newCapacity(context, target) },
          }),
        ),
      onSuccess: (context) => ({
        status: 'SUCCEEDED',
        outputs: Object.fromEntries(
          targetsOf(context).map((target) => [
            `originalCapacity.${target.name}`,
            currentCapacity(context, target),
          ]),
        ),
      }),
    },
    {
      name: 'waitForCapacityMatch',
      kind: 'operations',
      operations: (context) =>
        targetsOf(context).map((target) =>
          awaitServerGroup({
            context,
            target,
            condition: 'capacity',
            extra: { capacity: newCapacity(context, target) },
          }),
        ),
    },
  ],
};

function actionOf(context: JsonObject): string {
  return textOf(context['action']) ?? 'scale_exact';
}

function currentCapacity(context: StageContext, target: Target): Capacity {
  const kept = objectOf(context.own['targetCapacities'])?.[`${target.region}:${target.name}`];
  return Capacity.parse(kept);
}

/** What is left out of an exact capacity stays as it is. @throws StageFailed when it makes no sense */
function newCapacity(context: StageContext, target: Target): Capacity {
  const current = currentCapacity(context, target);
  if (actionOf(context.own) === 'scale_exact') {
    const wanted = objectOf(context.own['capacity']);
    return checked({
      min: numberOf(wanted?.['min']) ?? current.min,
      max: numberOf(wanted?.['max']) ?? current.max,
      desired: numberOf(wanted?.['desired']) ?? current.desired,
    });
  }
  const sign = actionOf(context.own) === 'scale_up' ? 1 : -1;
  const change = sign * changeOf(context.own, current.desired);
  return {
    min: Math.max(0, current.min + change),
    max: Math.max(0, current.max + change),
    desired: Math.max(0, current.desired + change),
  };
}

function changeOf(context: JsonObject, desired: number): number {
  const share = numberOf(context['scalePct']);
  const change = share === undefined ? (numberOf(context['scaleNum']) ?? 0) : (desired * share) / 100;
  return Math.ceil(change);
}

function checked(capacity: Capacity): Capacity {
  const { min, max, desired } = capacity;
  if (min <= desired && desired <= max && Capacity.safeParse(capacity).success) return capacity;
  throw new StageFailed(
    'CAPACITY_INVALID',
    `The capacity min ${min}, desired ${desired}, max ${max} is not in order. Use whole numbers with min <= desired <= max.`,
  );
}

function actionProblems(context: JsonObject): Problem[] {
  if (hasExpression(context['action'])) return [];
  const action = actionOf(context);
  if (!ACTIONS.includes(action)) {
    return [
      contextProblem(
        'action',
        `The action '${action}' is not supported.`,
        `Use one of: ${ACTIONS.join(', ')}.`,
      ),
    ];
  }
  if (action === 'scale_exact') {
    return objectOf(context['capacity']) || hasExpression(context['capacity'])
      ? []
      : [
          contextProblem(
            'capacity',
            `'capacity' is missing.`,
            `Set 'capacity' to { "min", "desired", "max" }.`,
          ),
        ];
  }
  if (context['scalePct'] !== undefined || context['scaleNum'] !== undefined) return [];
  return [contextProblem('scaleNum', 'How far to scale is missing.', `Set 'scaleNum' or 'scalePct'.`)];
}
