/** Waits for `waitTime` seconds. */
import { numberOf } from '../stage-context.ts';
import { StageFailed } from '../stage-failed.ts';
import type { StageType } from '../stage-type.ts';
import { requireNumber } from '../stage-problems.ts';

export const waitStage: StageType = {
  type: 'wait',
  validate: (context) => requireNumber(context, 'waitTime', { min: 0, unit: 'seconds' }),
  tasks: () => [
    {
      name: 'wait',
      kind: 'timer',
      durationMs: (context) => {
        const seconds = numberOf(context.get('waitTime'));
        if (seconds === undefined || seconds < 0) {
          throw new StageFailed(
            'STAGE_CONTEXT_MISSING',
            `A wait stage needs 'waitTime' in seconds, 0 or more.`,
          );
        }
        return Math.round(seconds * 1_000);
      },
    },
  ],
};
