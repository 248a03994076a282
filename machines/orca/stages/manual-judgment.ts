/** Waits for a person: `continue` lets the pipeline go on, `stop` fails the stage. Three days unless said otherwise. */
import type { JsonObject } from '#contracts/json.ts';
import type { Problem } from '../problem.ts';
import { textsOf } from '../stage-context.ts';
import { contextProblem } from '../stage-problems.ts';
import type { StageType } from '../stage-type.ts';

const THREE_DAYS_MS = 259_200_000;
const ROLE_KEYS = ['requiredJudgmentRoles', 'selectedStageRoles'];

export const manualJudgmentStage: StageType = {
  type: 'manualJudgment',
  validate: roleProblems,
  prepare: (context) => ({ stageTimeoutMs: THREE_DAYS_MS, ...context }),
  tasks: () => [
    {
      name: 'waitForJudgment',
      kind: 'judgment',
      onJudged: (_context, { decision, input, user }) => {
        const judged: JsonObject = {
          judgmentStatus: decision,
          lastModifiedBy: user,
          ...(input === undefined ? {} : { judgmentInput: input }),
        };
        if (decision === 'continue') return { status: 'SUCCEEDED', context: judged, outputs: judged };
        return {
          status: 'TERMINAL',
          context: judged,
          outputs: judged,
          failure: {
            code: 'JUDGMENT_STOP',
            message: `${user} decided to stop here${input === undefined ? '' : `: ${input}`}.`.slice(0, 4096),
            kind: 'terminal',
          },
        };
      },
    },
  ],
};

/** Roles are not known here; a judgment that anyone could give in spite of them must not start. */
function roleProblems(context: JsonObject): Problem[] {
  return ROLE_KEYS.filter((key) => textsOf(context[key]).length > 0).map((key) =>
    contextProblem(key, `'${key}' is not supported: anyone may judge.`, `Leave '${key}' out.`),
  );
}
