/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html */
import type { CloudTransaction } from '../../cloud/cloud-store.ts';
import { withTags, type Tag } from '../../cloud/resource.ts';
import { AwsError, missingParameter } from '../../wire/aws-error.ts';
import type { Action } from '../action.ts';
import { tagList } from './tag-parameters.ts';

const KIND_BY_PREFIX = {
  'i-': 'instance',
  'ami-': 'image',
  'lt-': 'launchTemplate',
  'sg-': 'securityGroup',
  'subnet-': 'subnet',
  'vpc-': 'vpc',
} as const;
type TaggableKind = (typeof KIND_BY_PREFIX)[keyof typeof KIND_BY_PREFIX];

export const createTags: Action = ({ cloud, params }) => {
  const tags = tagList(params);
  if (tags.length === 0) throw missingParameter('Tag');
  for (const id of resourceIds(params.texts('ResourceId'))) {
    changeTags(cloud, id, (present) => withTags(present, tags));
  }
  return { return: true };
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html */
export const deleteTags: Action = ({ cloud, params }) => {
  const wanted = params.nodes('Tag').map((tag) => ({ key: tag.required('Key'), value: tag.text('Value') }));
  const isWanted = (tag: Tag): boolean =>
    wanted.some(({ key, value }) => key === tag.key && (value === undefined || value === tag.value));
  for (const id of resourceIds(params.texts('ResourceId'))) {
    changeTags(cloud, id, (present) => present.filter((tag) => !isWanted(tag)));
  }
  return { return: true };
};

function resourceIds(ids: string[]): string[] {
  if (ids.length === 0) throw missingParameter('ResourceId');
  return ids;
}

function changeTags(cloud: CloudTransaction, id: string, change: (tags: readonly Tag[]) => Tag[]): void {
  const kind: TaggableKind | undefined = Object.entries(KIND_BY_PREFIX).find(([prefix]) =>
    id.startsWith(prefix),
  )?.[1];
  if (kind === undefined || !changeTagsOf(cloud, { kind, id }, change)) {
    throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
  }
}

function changeTagsOf<K extends TaggableKind>(
  cloud: CloudTransaction,
  { kind, id }: { readonly kind: K; readonly id: string },
  change: (tags: readonly Tag[]) => Tag[],
): boolean {
  const resource = cloud.getFresh(kind, id);
  if (resource === undefined) return false;
  cloud.put(kind, { ...resource, tags: change(resource.tags ?? []) });
  return true;
}
