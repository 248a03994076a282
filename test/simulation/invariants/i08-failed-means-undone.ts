/** I8: an operation that failed has undone what it did, or lists what is left. */
import { OperationResult } from '#contracts/operation.ts';
import { operationOf } from './i01-one-effect.ts';
import type { Invariant } from './evidence.ts';

export const failedMeansUndone: Invariant = {
  id: 'I8',
  title: 'failed means compensated, or stranded resources are listed',
  check: ({ records, cloud }) => {
    const found: string[] = [];
    for (const life of cloud.lives) {
      const operation = operationOf(life);
      if (operation === undefined || life.endedAtMs !== undefined) continue;
      if (life.kind !== 'autoScalingGroup' && life.kind !== 'launchTemplate') continue;
      const record = records.get(operation as never);
      const result = OperationResult.safeParse(record?.state.output);
      if (!result.success || result.data.status === 'succeeded') continue;
      const listed = (result.data.stranded ?? []).some(({ id }) => id === life.id || id === life.name);
      if (!listed)
        found.push(`${operation} ended ${result.data.status} and left ${life.kind} ${life.name ?? life.id}`);
    }
    return found;
  },
};
