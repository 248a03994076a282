/** What the operations on an existing server group have in common: how it was before, and what an absent one means. */
import type { Failure } from '#contracts/failure.ts';
import type { JsonObject } from '#contracts/json.ts';
import type { ServerGroupDetail } from '#contracts/operations/cloud-activity.contract.ts';
import type { ServerGroupTarget } from '#contracts/operations/launch-settings.contract.ts';
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

export type ServerGroupScope = StepScope<ServerGroupTarget, ServerGroupFacts>;
export type ServerGroupFamily = SagaDefinition<ServerGroupTarget, ServerGroupFacts>;

const { read } = stepsOf<ServerGroupTarget, ServerGroupFacts>();

export function namedAt({ target }: ServerGroupScope) {
  return { account: target.account, region: target.region, serverGroupName: target.serverGroupName };
}

export const isThere = ({ facts }: ServerGroupScope) => facts.before !== undefined;
export const beforeIn = ({ facts }: ServerGroupScope) => known(facts.before, 'before');

type Absence = {
  line: (name: string) => string;
  fault?: (name: string) => Failure;
  /** One whose removal is under way counts as there: its launch template is still to be removed. */
  countsDeleting?: boolean;
};

/** @param absent what is done about a server group that is not there */
export function describe(absent: Absence) {
  return read('describeServerGroup', {
    activity: 'describeServerGroup',
    input: namedAt,
    record: (_, { serverGroup }) => {
      if (serverGroup === null || (serverGroup.deleting && !absent.countsDeleting)) return { isAbsent: true };
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

/** Nothing to do is no failure. */
export const SKIPPED = { line: (name: string) => `No ASG named '${name}' found: nothing to do` };

/** A server group that cannot be enabled because it is gone would leave users without service: that is a failure. */
export const REQUIRED = {
  line: (name: string) => `No ASG named '${name}' found`,
  fault: (name: string): Failure => ({
    code: 'SERVER_GROUP_NOT_FOUND',
    message: `Server group '${name}' does not exist, so it cannot take traffic. Choose another one, or deploy again.`,
    kind: 'terminal',
  }),
};

/** What was worked on, and whether it was there. */
export function affected(
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

export function label(target: ServerGroupTarget): string {
  return target.serverGroupName;
}
