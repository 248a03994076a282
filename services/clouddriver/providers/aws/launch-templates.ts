/** Launch templates: created once under a name that carries the operation, deleted only when they are ours. */
import {
  CreateLaunchTemplateCommand,
  DeleteLaunchTemplateCommand,
  DescribeLaunchTemplatesCommand,
  type LaunchTemplate,
} from '@aws-sdk/client-ec2';
import { ActivityFailed } from '#runtime/activity.ts';
import type { CloudProvider, ProviderCall } from '../provider.ts';
import { isAlreadyExists, isNotFound } from './aws-failure.ts';
import type { AwsSession, AwsSessions } from './aws-sessions.ts';
import { assertAbsent } from './believed-absent.ts';
import { launchTemplateData } from './launch-template-content.ts';
import { isMadeBy, ownershipTags, userTags } from './resource-tags.ts';

type LaunchTemplates = Pick<CloudProvider, 'createLaunchTemplate' | 'deleteLaunchTemplate'>;

export function launchTemplates(sessions: AwsSessions): LaunchTemplates {
  return {
    async createLaunchTemplate(input, call) {
      const session = sessions.of(input);
      const doing = `CreateLaunchTemplate ${input.launchTemplateName}`;
      const instanceTags = [...userTags(input.launch.tags), ...ownershipTags(input.owner)];
      try {
        const { LaunchTemplate: created } = await session.perform({
          service: 'ec2',
          signal: call.signal,
          hint: { doing, effect: 'write' },
          send: (options) =>
            session.ec2.send(
              new CreateLaunchTemplateCommand({
                // The same for every try, so that a lost reply is answered again and nothing is made twice.
                ClientToken: call.idempotencyKey,
                LaunchTemplateName: input.launchTemplateName,
                LaunchTemplateData: launchTemplateData(input, instanceTags),
                TagSpecifications: [{ ResourceType: 'launch-template', Tags: ownershipTags(input.owner) }],
              }),
              options,
            ),
        });
        return createdOf(created, doing);
      } catch (error) {
        if (!(error instanceof ActivityFailed) || !isAlreadyExists(error.cause)) throw error;
        const found = await find(session, { name: input.launchTemplateName, signal: call.signal });
        if (found === null) throw notVisible(doing);
        if (!isMadeBy(found.Tags, input.owner.operation)) throw error;
        return createdOf(found, doing);
      }
    },

    async deleteLaunchTemplate(input, call) {
      const session = sessions.of(input);
      const wanted = input.launchTemplateId;
      const found = await find(session, {
        ...(wanted === undefined ? { name: input.launchTemplateName } : { id: wanted }),
        signal: call.signal,
      });
      if (found === null) {
        if (input.onlyOperation !== undefined)
          assertAbsent(`Launch template '${input.launchTemplateName}'`, call);
        return { outcome: 'absent' };
      }
      if (input.onlyOperation !== undefined && !isMadeBy(found.Tags, input.onlyOperation)) {
        return { outcome: 'unchanged' };
      }
      return deleteById(session, { id: found.LaunchTemplateId ?? '', call });
    },
  };
}

async function deleteById(session: AwsSession, args: { id: string; call: ProviderCall }) {
  try {
    await session.perform({
      service: 'ec2',
      signal: args.call.signal,
      hint: { doing: `DeleteLaunchTemplate ${args.id}`, effect: 'write' },
      send: (options) =>
        session.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: args.id }), options),
    });
  } catch (error) {
    // An earlier try whose reply was lost has deleted it: that is what was wanted.
    if (!(error instanceof ActivityFailed) || !isNotFound(error.cause)) throw error;
  }
  return { outcome: 'undone' as const };
}

async function find(
  session: AwsSession,
  wanted: { name?: string; id?: string; signal: AbortSignal },
): Promise<LaunchTemplate | null> {
  const { name, id, signal } = wanted;
  try {
    const { LaunchTemplates = [] } = await session.perform({
      service: 'ec2',
      signal,
      hint: { doing: `DescribeLaunchTemplates ${id ?? name ?? ''}`, effect: 'read' },
      send: (options) =>
        session.ec2.send(
          new DescribeLaunchTemplatesCommand({
            ...(id === undefined ? {} : { LaunchTemplateIds: [id] }),
            ...(id === undefined && name !== undefined ? { LaunchTemplateNames: [name] } : {}),
          }),
          options,
        ),
    });
    return LaunchTemplates[0] ?? null;
  } catch (error) {
    if (error instanceof ActivityFailed && isNotFound(error.cause)) return null;
    throw error;
  }
}

function createdOf(template: LaunchTemplate | undefined, doing: string) {
  const launchTemplateId = template?.LaunchTemplateId;
  if (launchTemplateId === undefined) throw notVisible(doing);
  return { launchTemplateId, version: String(template?.LatestVersionNumber ?? 1) };
}

/** The name is taken but nothing is shown: wait for the truth, never go on as if it were ours. */
function notVisible(doing: string): ActivityFailed {
  return new ActivityFailed({
    code: 'AWS_NOT_VISIBLE_YET',
    message: `${doing}: AWS says that it exists but does not show it yet. Windlass waits and looks again.`,
    kind: 'not-visible-yet',
    retryAfterMs: 2_000,
  });
}
