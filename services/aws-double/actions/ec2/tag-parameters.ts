/** Tags in EC2's requests and answers. */
import type { Tag } from '../../cloud/resource.ts';
import type { Params } from '../../wire/params.ts';
import { items, type XmlNode } from '../../wire/response-xml.ts';

export function tagList(params: Params): Tag[] {
  return params.nodes('Tag').map((tag) => ({ key: tag.required('Key'), value: tag.text('Value') ?? '' }));
}

/** Tags a request wants on what it creates. */
export function specifiedTags(params: Params, resourceType: string): Tag[] {
  return params
    .nodes('TagSpecification')
    .filter((entry) => entry.text('ResourceType') === resourceType)
    .flatMap(tagList);
}

export function tagSet(tags: readonly Tag[] | undefined): XmlNode {
  return items((tags ?? []).map(({ key, value }) => ({ key, value })));
}
