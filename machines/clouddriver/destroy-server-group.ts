/** The operation `destroyServerGroup`: for good, so a cancel after the deletion comes too late. */
import type { ServerGroupTarget } from '#contracts/operations/launch-settings.contract.ts';
import {
  affected,
  beforeIn,
  describe,
  isThere,
  label,
  namedAt,
  type ServerGroupFacts,
  type ServerGroupFamily,
  type ServerGroupScope,
} from './existing-server-group.ts';
import { resolveServerGroups } from './resolve/server-group-targets.ts';
import { stepsOf } from './saga/saga-step.ts';

const { irreversible } = stepsOf<ServerGroupTarget, ServerGroupFacts>();

export const destroyServerGroup: ServerGroupFamily = {
  operation: 'destroyServerGroup',
  resolve: (request, accounts) =>
    resolveServerGroups(request, { accounts, description: 'destroyAsgDescription', needsCapacity: false }),
  steps: [
    describe({
      line: (name) => `No ASG named '${name}' found: it is destroyed already`,
      countsDeleting: true,
    }),
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
function ownsLaunchTemplate(scope: ServerGroupScope): boolean {
  const { name, launchTemplateName } = beforeIn(scope);
  const prefix = name.replaceAll(/[^a-zA-Z0-9().\-/_]/g, '_');
  return (
    launchTemplateName !== undefined &&
    (launchTemplateName === prefix || launchTemplateName.startsWith(`${prefix}-`))
  );
}
