/** Tags of Auto Scaling groups. @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateOrUpdateTags.html */
import type { AutoScalingGroup, GroupTag } from '../../cloud/auto-scaling-group.ts';
import { withTags } from '../../cloud/resource.ts';
import { validationError } from '../../wire/aws-error.ts';
import { pageOf } from '../../wire/page.ts';
import type { Params } from '../../wire/params.ts';
import { members } from '../../wire/response-xml.ts';
import type { Action, ActionCall } from '../action.ts';

const PAGE_DEFAULT = 50;

export const createOrUpdateTags: Action = (call) => {
  for (const tag of call.params.nodes('Tags')) {
    const group = taggedGroup(call, tag);
    const added: GroupTag = {
      key: tag.required('Key'),
      value: tag.text('Value') ?? '',
      propagateAtLaunch: tag.flag('PropagateAtLaunch') ?? true,
    };
    call.cloud.put('autoScalingGroup', { ...group, tags: withTags(group.tags, [added]) });
  }
  return {};
};

export const deleteTags: Action = (call) => {
  for (const tag of call.params.nodes('Tags')) {
    const group = taggedGroup(call, tag);
    const key = tag.required('Key');
    call.cloud.put('autoScalingGroup', { ...group, tags: group.tags.filter((entry) => entry.key !== key) });
  }
  return {};
};

function taggedGroup({ cloud }: ActionCall, tag: Params): AutoScalingGroup {
  const name = tag.required('ResourceId');
  const group = cloud.getFresh('autoScalingGroup', name);
  if (group === undefined) throw validationError(`AutoScalingGroup name not found - no such group: ${name}`);
  return group;
}

export const describeTags: Action = ({ cloud, params }) => {
  const tests = params.nodes('Filters').map(tagTest);
  const found = cloud
    .list('autoScalingGroup')
    .flatMap((group) => group.tags.map((tag) => ({ group: group.id, ...tag })))
    .filter((tag) => tests.every((test) => test(tag)));
  const sizeMax = params.integer('MaxRecords') ?? PAGE_DEFAULT;
  const page = pageOf(found, { token: params.text('NextToken'), sizeMax });
  return {
    Tags: members(
      page.entries.map((tag) => ({
        ResourceId: tag.group,
        ResourceType: 'auto-scaling-group',
        Key: tag.key,
        Value: tag.value,
        PropagateAtLaunch: tag.propagateAtLaunch,
      })),
    ),
    NextToken: page.nextToken,
  };
};

function tagTest(filter: Params): (tag: GroupTag & { readonly group: string }) => boolean {
  const values = filter.texts('Values');
  const name = filter.required('Name');
  switch (name) {
    case 'auto-scaling-group':
      return (tag) => values.includes(tag.group);
    case 'key':
      return (tag) => values.includes(tag.key);
    case 'value':
      return (tag) => values.includes(tag.value);
    case 'propagate-at-launch':
      return (tag) => values.includes(String(tag.propagateAtLaunch));
    default:
      throw validationError(`Invalid filter type: ${name}`);
  }
}
