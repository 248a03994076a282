/** Finding what Auto Scaling's requests name. */
import type { AutoScalingGroup } from '../../cloud/auto-scaling-group.ts';
import type { LaunchTemplate } from '../../cloud/launch-template.ts';
import { versionOf } from '../../cloud/launch-template.ts';
import { validationError } from '../../wire/aws-error.ts';
import type { Params } from '../../wire/params.ts';
import type { ActionCall } from '../action.ts';

/** @throws AwsError ValidationError when it is not there */
export function groupOf(call: ActionCall): AutoScalingGroup {
  const name = requiredText(call.params, 'AutoScalingGroupName');
  const group = call.cloud.getFresh('autoScalingGroup', name);
  if (group === undefined) {
    throw validationError(`AutoScalingGroup name not found - AutoScalingGroup: ${name} not found`);
  }
  return group;
}

/** A group that may be changed. @throws AwsError also when it is being deleted */
export function liveGroupOf(call: ActionCall): AutoScalingGroup {
  const group = groupOf(call);
  if (group.deletingAtMs !== undefined) {
    throw validationError('The AutoScaling group may not be modified while it is pending delete');
  }
  return group;
}

/** Auto Scaling words a missing parameter as a failed validation. */
export function requiredText(params: Params, name: string): string {
  const value = params.text(name);
  if (value === undefined || value === '') {
    const member = name.charAt(0).toLowerCase() + name.slice(1);
    throw validationError(
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  }
  return value;
}

/** The launch template of a create or an update, checked: template, version and image exist. */
export function launchTemplateOf(call: ActionCall): AutoScalingGroup['launchTemplate'] | undefined {
  const mixed = call.params
    .node('MixedInstancesPolicy')
    ?.node('LaunchTemplate')
    ?.node('LaunchTemplateSpecification');
  const wanted = call.params.node('LaunchTemplate') ?? mixed;
  if (wanted === undefined) return undefined;
  const id = wanted.text('LaunchTemplateId');
  const name = wanted.text('LaunchTemplateName');
  if ((id === undefined) === (name === undefined)) {
    throw validationError(
      'Valid requests must contain either launchTemplateId or launchTemplateName, and not both of them.',
    );
  }
  const template = call.cloud
    .list('launchTemplate')
    .find((entry) => (id === undefined ? entry.name === name : entry.id === id));
  if (template === undefined) {
    throw validationError(
      `You must use a valid fully-formed launch template. The specified launch template, with template ${id ?? name}, does not exist.`,
    );
  }
  const version = wanted.text('Version') ?? '$Default';
  assertLaunchable(call, template, version);
  return { id: template.id, name: template.name, version };
}

function assertLaunchable(call: ActionCall, template: LaunchTemplate, wanted: string): void {
  const version = versionOf(template, wanted);
  if (version === undefined) {
    throw validationError(
      `You must use a valid fully-formed launch template. Could not find the specified version ${wanted} for the launch template with ID ${template.id}.`,
    );
  }
  const imageId = version.content['ImageId'];
  if (typeof imageId !== 'string' || call.cloud.getFresh('image', imageId) === undefined) {
    throw validationError(
      `You must use a valid fully-formed launch template. The image id '[${typeof imageId === 'string' ? imageId : ''}]' does not exist`,
    );
  }
}
