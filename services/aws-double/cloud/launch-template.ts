/** Launch templates and their versions. */
import type { ParamTree } from '../wire/params.ts';
import type { Resource, Tag } from './resource.ts';

export interface LaunchTemplateVersion {
  readonly number: number;
  readonly createdAtMs: number;
  readonly description?: string | undefined;
  /** The template as the client sent it. */
  readonly content: { readonly [name: string]: ParamTree };
}

export interface LaunchTemplate extends Resource {
  readonly name: string;
  readonly defaultVersion: number;
  readonly versions: readonly LaunchTemplateVersion[];
}

/** What launching an instance needs to know. */
export interface LaunchSpecification {
  readonly imageId?: string | undefined;
  readonly instanceType: string;
  readonly keyName?: string | undefined;
  readonly securityGroupIds: readonly string[];
  readonly instanceTags: readonly Tag[];
}

/** `$Latest`, `$Default`, a number or nothing (the default version). Undefined when there is no such version. */
export function versionOf(
  template: LaunchTemplate,
  wanted: string | undefined,
): LaunchTemplateVersion | undefined {
  const last = template.versions.at(-1);
  if (wanted === '$Latest') return last;
  const number =
    wanted === undefined || wanted === '' || wanted === '$Default' ? template.defaultVersion : Number(wanted);
  return template.versions.find((version) => version.number === number);
}

export function specificationOf(version: LaunchTemplateVersion): LaunchSpecification {
  const { content } = version;
  const interfaces = listAt(content, 'NetworkInterface');
  const groups = [
    ...textsAt(content, 'SecurityGroupId'),
    ...interfaces.flatMap((entry) => (isBranch(entry) ? textsAt(entry, 'SecurityGroupId') : [])),
  ];
  const tags = listAt(content, 'TagSpecification')
    .filter(isBranch)
    .filter((entry) => entry['ResourceType'] === 'instance')
    .flatMap((entry) => listAt(entry, 'Tag'))
    .filter(isBranch)
    .map((tag) => ({ key: textAt(tag, 'Key') ?? '', value: textAt(tag, 'Value') ?? '' }));
  return {
    imageId: textAt(content, 'ImageId'),
    instanceType: textAt(content, 'InstanceType') ?? 'm1.small',
    keyName: textAt(content, 'KeyName'),
    securityGroupIds: groups,
    instanceTags: tags,
  };
}

type Branch = { readonly [name: string]: ParamTree };

function isBranch(tree: ParamTree): tree is { [name: string]: ParamTree } {
  return typeof tree === 'object' && !Array.isArray(tree);
}

function textAt(branch: Branch, name: string): string | undefined {
  const value = branch[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function listAt(branch: Branch, name: string): ParamTree[] {
  const value = branch[name];
  return Array.isArray(value) ? value : [];
}

function textsAt(branch: Branch, name: string): string[] {
  return listAt(branch, name).filter((entry) => typeof entry === 'string');
}
