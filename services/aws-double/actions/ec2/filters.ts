/**
 * Filters of EC2's Describe actions: all filters must hold, any value of one will do, `*` and `?` are wild.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
 */
import type { Tag } from '../../cloud/resource.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Params } from '../../wire/params.ts';

/** What a filter of a name looks at. */
export type FilterFields<T> = { readonly [name: string]: (resource: T) => readonly (string | undefined)[] };

/** @throws AwsError InvalidParameterValue when there is no filter of that name */
export function filtered<T extends { readonly tags?: readonly Tag[] | undefined }>(
  resources: readonly T[],
  params: Params,
  fields: FilterFields<T>,
): T[] {
  const tests = params.nodes('Filter').map((filter) => {
    const name = filter.required('Name');
    const field = fields[name] ?? tagField(name);
    if (field === undefined) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
    const patterns = filter.texts('Value').map(patternOf);
    return (resource: T): boolean =>
      field(resource).some((value) => value !== undefined && patterns.some((pattern) => pattern.test(value)));
  });
  return resources.filter((resource) => tests.every((test) => test(resource)));
}

function tagField(
  name: string,
): ((resource: { readonly tags?: readonly Tag[] | undefined }) => (string | undefined)[]) | undefined {
  if (name === 'tag-key') return (resource) => (resource.tags ?? []).map((tag) => tag.key);
  if (!name.startsWith('tag:')) return undefined;
  const key = name.slice('tag:'.length);
  return (resource) => (resource.tags ?? []).filter((tag) => tag.key === key).map((tag) => tag.value);
}

function patternOf(value: string): RegExp {
  const text = value
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${text}$`, 's');
}

/**
 * The resources of the ids a request names, all when it names none.
 *
 * @throws AwsError with `code` when one does not exist
 */
export function named<T extends { readonly id: string }>(
  resources: readonly T[],
  ids: readonly string[],
  refusal: { readonly code: string; readonly what: string },
): T[] {
  if (ids.length === 0) return [...resources];
  return ids.map((id) => {
    const found = resources.find((resource) => resource.id === id);
    if (found === undefined) throw new AwsError(refusal.code, `The ${refusal.what} '${id}' does not exist`);
    return found;
  });
}
