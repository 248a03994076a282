/** The operations on one existing server group: resize, enable, disable, destroy. An absent one is never an error. */
import type { Failure } from '#contracts/failure.ts';
import type { JsonObject } from '#contracts/json.ts';
import type { ServerGroupTarget } from '#contracts/operations/launch-settings.contract.ts';
import type { ServerGroupDetail } from '#contracts/operations/cloud-activity.contract.ts';
import type { Capacity } from '#contracts/server-group.ts';
import { TRAFFIC_PROCESSES } from './deploy-steps.ts';
import { resolveServerGroups } from './resolve/server-group-targets.ts';
import type { SagaDefinition } from './saga/saga-definition.ts';
import { known, stepsOf, type StepScope } from './saga/saga-step.ts';

/** What is remembered of the server group as it was before. */
type Before = Pick<
  ServerGroupDetail,
  'name' | 'capacity' | 'disabled' | 'suspendedProcesses' | 'launchTemplateId' | 'launchTemplateName'
>;

export type ServerGroupFacts = {
  before: Before;
  isAbsent: boolean;
  /** Instances that this operation took out of, or put into, their target groups. */
  instanceIds: string[];
};

type Scope = StepScope<ServerGroupTarget, ServerGroupFacts>;
type Family = SagaDefinition<ServerGroupTarget, ServerGroupFacts>;

const { read, write, irreversible } = stepsOf<ServerGroupTarget, ServerGroupFacts>();

function namedAt({ target }: Scope) {
  return { account: target.account, region: target.region, serverGroupName: target.serverGroupName };
}

const isThere = ({ facts }: Scope) => facts.before !== undefined;
const beforeIn = ({ facts }: Scope) => known(facts.before, 'before');

/** @param absent what is done about a server group that is not there */
function describe(absent: { line: (name: string) => string; fault?: (name: string) => Failure }) {
  return read('describeServerGroup', {
    activity: 'describeServerGroup',
    input: namedAt,
    record: (_, { serverGroup }) => {
      if (serverGroup === null || serverGroup.deleting) return { isAbsent: true };
      const { name, capacity, disabled, suspendedProcesses, launchTemplateId, launchTemplateName } =
        serverGroup;
      return {
        before: {
          name,
          capacity,
          disabled,
          suspendedProcesses,
          ...(launchTemplateId === undefined ? {} : { launchTemplateId }),
          ...(launchTemplateName === undefined ? {} : { launchTemplateName }),
        },
      };
    },
    check: ({ target, facts }) => (facts.isAbsent ? (absent.fault?.(target.serverGroupName) ?? null) : null),
    tell: ({ target, facts }) => (facts.isAbsent ? [absent.line(target.serverGroupName)] : []),
  });
}

const SKIPPED = { line: (name: string) => `No ASG named '${name}' found: nothing to do` };

/** A server group that cannot be enabled because it is gone would leave users without service: that is a failure. */
const REQUIRED = {
  line: (name: string) => `No ASG named '${name}' found`,
  fault: (name: string): Failure => ({
    code: 'SERVER_GROUP_NOT_FOUND',
    message: `Server group '${name}' does not exist, so it cannot take traffic. Choose another one, or deploy again.`,
    kind: 'terminal',
  }),
};

function capacityText({ min, max, desired }: Capacity): string {
  return `min ${min}, max ${max}, desired ${desired}`;
}

function wantedCapacity({ target }: Scope): Capacity {
  return known(target.capacity, 'capacity');
}

/** Processes that would keep a resize from happening: a disabled group neither launches nor terminates. */
function blockingProcesses(scope: Scope): string[] {
  const { capacity, suspendedProcesses } = beforeIn(scope);
  const wanted = wantedCapacity(scope).desired;
  const needed = [
    ...(wanted > capacity.desired ? ['Launch'] : []),
    ...(wanted < capacity.desired ? ['Terminate'] : []),
  ];
  return needed.filter((process) => suspendedProcesses.includes(process));
}

export const resizeServerGroup: Family = {
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

const isPartial = ({ target }: Scope) => (target.desiredPercentage ?? 100) < 100;

/** Processes whose state this operation changes: only those are put back by a compensation. */
function changedProcesses(scope: Scope, wanted: 'suspended' | 'running'): string[] {
  const suspended = beforeIn(scope).suspendedProcesses;
  return TRAFFIC_PROCESSES.filter((process) => suspended.includes(process) !== (wanted === 'suspended'));
}

export const disableServerGroup: Family = {
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

export const enableServerGroup: Family = {
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

export const destroyServerGroup: Family = {
  operation: 'destroyServerGroup',
  resolve: (request, accounts) =>
    resolveServerGroups(request, { accounts, description: 'destroyAsgDescription', needsCapacity: false }),
  steps: [
    describe({ line: (name) => `No ASG named '${name}' found: it is destroyed already` }),
    irreversible('deleteAutoScalingGroup', {
      activity: 'deleteAutoScalingGroup',
      when: isThere,
      input: namedAt,
      resource: ({ target }) => ({ kind: 'auto-scaling-group', id: target.serverGroupName }),
      tell: ({ target }) => [`Destroyed ASG '${target.serverGroupName}' in ${target.region}`],
    }),
    irreversible('deleteLaunchTemplate', {
      activity: 'deleteLaunchTemplate',
      when: (scope) => isThere(scope) && ownsLaunchTemplate(scope),
      input: (scope) => {
        const { launchTemplateId, launchTemplateName } = beforeIn(scope);
        return {
          account: scope.target.account,
          region: scope.target.region,
          launchTemplateName: launchTemplateName ?? '',
          ...(launchTemplateId === undefined ? {} : { launchTemplateId }),
        };
      },
      resource: (scope) => ({ kind: 'launch-template', id: beforeIn(scope).launchTemplateName ?? '' }),
      tell: (scope) => [`Deleted launch template ${beforeIn(scope).launchTemplateName ?? ''}`],
    }),
  ],
  outputs: affected,
  label,
};

/** A launch template made for this server group is named after it; a shared one is left alone. */
function ownsLaunchTemplate(scope: Scope): boolean {
  const { name, launchTemplateName } = beforeIn(scope);
  const prefix = name.replaceAll(/[^a-zA-Z0-9().\-/_]/g, '_');
  return (
    launchTemplateName !== undefined &&
    (launchTemplateName === prefix || launchTemplateName.startsWith(`${prefix}-`))
  );
}

function affected(
  results: readonly { target: ServerGroupTarget; facts: Partial<ServerGroupFacts> }[],
): JsonObject {
  return {
    serverGroups: results.map(({ target, facts }) => ({
      account: target.account,
      region: target.region,
      serverGroupName: target.serverGroupName,
      found: facts.before !== undefined,
    })),
  };
}

function label(target: ServerGroupTarget): string {
  return target.serverGroupName;
}
