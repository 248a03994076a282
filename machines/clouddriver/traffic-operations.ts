/** The operations `disableServerGroup` and `enableServerGroup`: who takes traffic. */
import type { ServerGroupTarget } from '#contracts/operations/launch-settings.contract.ts';
import {
  affected,
  beforeIn,
  describe,
  isThere,
  label,
  namedAt,
  REQUIRED,
  SKIPPED,
  type ServerGroupFacts,
  type ServerGroupFamily,
  type ServerGroupScope,
} from './existing-server-group.ts';
import { resolveServerGroups } from './resolve/server-group-targets.ts';
import { stepsOf } from './saga/saga-step.ts';
import { TRAFFIC_PROCESSES } from './traffic-processes.ts';

const { read, write } = stepsOf<ServerGroupTarget, ServerGroupFacts>();

const isPartial = ({ target }: ServerGroupScope) => (target.desiredPercentage ?? 100) < 100;

/** Processes whose state this operation changes: only those are put back by a compensation. */
function changedProcesses(scope: ServerGroupScope, wanted: 'suspended' | 'running'): string[] {
  const suspended = beforeIn(scope).suspendedProcesses;
  return TRAFFIC_PROCESSES.filter((process) => suspended.includes(process) !== (wanted === 'suspended'));
}

export const disableServerGroup: ServerGroupFamily = {
  operation: 'disableServerGroup',
  resolve: (request, accounts) =>
    resolveServerGroups(request, { accounts, description: 'disableAsgDescription', needsCapacity: false }),
  steps: [
    describe(SKIPPED),
    write('suspendProcesses', {
      activity: 'suspendProcesses',
      when: (scope) => isThere(scope) && !isPartial(scope) && changedProcesses(scope, 'suspended').length > 0,
      input: (scope) => ({ ...namedAt(scope), processes: changedProcesses(scope, 'suspended') }),
      tell: ({ target }) => [`Disabling ASG '${target.serverGroupName}' in ${target.region}`],
      undo: {
        activity: 'resumeProcesses',
        input: (scope) => ({ ...namedAt(scope), processes: changedProcesses(scope, 'suspended') }),
        resource: ({ target }) => ({ kind: 'scaling-processes', id: target.serverGroupName }),
        tell: ({ target }) => `Resumed the processes of ${target.serverGroupName}`,
      },
    }),
    write('deregisterTargets', {
      activity: 'deregisterTargets',
      when: isThere,
      input: (scope) => ({
        ...namedAt(scope),
        ...(isPartial(scope) ? { percentage: scope.target.desiredPercentage } : {}),
      }),
      record: (_, { instanceIds }) => ({ instanceIds }),
      tell: ({ target, facts }) => [
        `Deregistered ${facts.instanceIds?.length ?? 0} instances of ${target.serverGroupName} from load balancing`,
      ],
      undo: {
        activity: 'registerTargets',
        input: namedAt,
        resource: ({ target }) => ({ kind: 'target-registration', id: target.serverGroupName }),
        tell: ({ target }) => `Registered the instances of ${target.serverGroupName} again`,
      },
    }),
    read('verify', {
      activity: 'verifyServerGroup',
      when: (scope) => isThere(scope) && !isPartial(scope),
      input: (scope) => ({ ...namedAt(scope), expected: { disabled: true } }),
    }),
  ],
  outputs: affected,
  label,
};

export const enableServerGroup: ServerGroupFamily = {
  operation: 'enableServerGroup',
  resolve: (request, accounts) =>
    resolveServerGroups(request, { accounts, description: 'enableAsgDescription', needsCapacity: false }),
  steps: [
    describe(REQUIRED),
    write('resumeProcesses', {
      activity: 'resumeProcesses',
      when: (scope) => isThere(scope) && changedProcesses(scope, 'running').length > 0,
      input: (scope) => ({ ...namedAt(scope), processes: changedProcesses(scope, 'running') }),
      tell: ({ target }) => [`Enabling ASG '${target.serverGroupName}' in ${target.region}`],
      undo: {
        activity: 'suspendProcesses',
        input: (scope) => ({ ...namedAt(scope), processes: changedProcesses(scope, 'running') }),
        resource: ({ target }) => ({ kind: 'scaling-processes', id: target.serverGroupName }),
        tell: ({ target }) => `Suspended the processes of ${target.serverGroupName} again`,
      },
    }),
    write('registerTargets', {
      activity: 'registerTargets',
      when: isThere,
      input: namedAt,
      record: (_, { instanceIds }) => ({ instanceIds }),
      tell: ({ target, facts }) => [
        `Registered ${facts.instanceIds?.length ?? 0} instances of ${target.serverGroupName} with load balancing`,
      ],
      undo: {
        activity: 'deregisterTargets',
        input: (scope) => ({
          ...namedAt(scope),
          // A group that took traffic before keeps it: only a disabled one is taken out again.
          ...(beforeIn(scope).disabled ? {} : { instanceIds: [] }),
        }),
        resource: ({ target }) => ({ kind: 'target-registration', id: target.serverGroupName }),
        tell: ({ target }) => `Deregistered the instances of ${target.serverGroupName} again`,
      },
    }),
    read('verify', {
      activity: 'verifyServerGroup',
      when: isThere,
      input: (scope) => ({ ...namedAt(scope), expected: { disabled: false } }),
    }),
  ],
  outputs: affected,
  label,
};
