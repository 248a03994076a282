/** The operation `resizeServerGroup`: absolute values, restored when it cannot be finished. */
import type { ServerGroupTarget } from '#contracts/operations/launch-settings.contract.ts';
import type { Capacity } from '#contracts/server-group.ts';
import {
  affected,
  beforeIn,
  describe,
  isThere,
  label,
  namedAt,
  SKIPPED,
  type ServerGroupFacts,
  type ServerGroupFamily,
  type ServerGroupScope,
} from './existing-server-group.ts';
import { resolveServerGroups } from './resolve/server-group-targets.ts';
import { known, stepsOf } from './saga/saga-step.ts';

const { read, write } = stepsOf<ServerGroupTarget, ServerGroupFacts>();

function capacityText({ min, max, desired }: Capacity): string {
  return `min ${min}, max ${max}, desired ${desired}`;
}

function wantedCapacity({ target }: ServerGroupScope): Capacity {
  return known(target.capacity, 'capacity');
}

/** Processes that would keep a resize from happening: a disabled group neither launches nor terminates. */
function blockingProcesses(scope: ServerGroupScope): string[] {
  const { capacity, suspendedProcesses } = beforeIn(scope);
  const wanted = wantedCapacity(scope).desired;
  const needed = [
    ...(wanted > capacity.desired ? ['Launch'] : []),
    ...(wanted < capacity.desired ? ['Terminate'] : []),
  ];
  return needed.filter((process) => suspendedProcesses.includes(process));
}

export const resizeServerGroup: ServerGroupFamily = {
  operation: 'resizeServerGroup',
  resolve: (request, accounts) =>
    resolveServerGroups(request, { accounts, description: 'resizeAsgDescription', needsCapacity: true }),
  steps: [
    describe(SKIPPED),
    write('resumeProcesses', {
      activity: 'resumeProcesses',
      when: (scope) => isThere(scope) && blockingProcesses(scope).length > 0,
      input: (scope) => ({ ...namedAt(scope), processes: blockingProcesses(scope) }),
      tell: (scope) => [`Resumed ${blockingProcesses(scope).join(', ')} of ${scope.target.serverGroupName}`],
      undo: {
        activity: 'suspendProcesses',
        input: (scope) => ({ ...namedAt(scope), processes: blockingProcesses(scope) }),
        resource: ({ target }) => ({ kind: 'scaling-processes', id: target.serverGroupName }),
        tell: (scope) =>
          `Suspended ${blockingProcesses(scope).join(', ')} of ${scope.target.serverGroupName} again`,
      },
    }),
    write('setCapacity', {
      activity: 'setCapacity',
      when: isThere,
      input: (scope) => ({ ...namedAt(scope), capacity: wantedCapacity(scope) }),
      tell: (scope) => [`Resized ${scope.target.serverGroupName} to ${capacityText(wantedCapacity(scope))}`],
      undo: {
        activity: 'setCapacity',
        input: (scope) => ({ ...namedAt(scope), capacity: beforeIn(scope).capacity }),
        resource: ({ target }) => ({ kind: 'capacity', id: target.serverGroupName }),
        tell: (scope) =>
          `Restored ${scope.target.serverGroupName} to ${capacityText(beforeIn(scope).capacity)}`,
      },
    }),
    read('verify', {
      activity: 'verifyServerGroup',
      when: isThere,
      input: (scope) => ({
        ...namedAt(scope),
        expected: { capacity: wantedCapacity(scope), exactDesired: false },
      }),
    }),
  ],
  outputs: (results) => ({
    ...affected(results),
    ...Object.fromEntries(
      results.flatMap(({ target, facts }) =>
        facts.before ? [[`originalCapacity.${target.serverGroupName}`, facts.before.capacity]] : [],
      ),
    ),
  }),
  label,
};
