/** Launch templates. @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html */
import { oncePerToken } from '../../cloud/client-token.ts';
import { versionOf, type LaunchTemplate, type LaunchTemplateVersion } from '../../cloud/launch-template.ts';
import { AwsError, missingParameter } from '../../wire/aws-error.ts';
import type { ParamTree, Params } from '../../wire/params.ts';
import { items, timeText, type XmlNode } from '../../wire/response-xml.ts';
import type { Action, ActionCall } from '../action.ts';
import { filtered } from './filters.ts';
import { specifiedTags, tagSet } from './tag-parameters.ts';

export const createLaunchTemplate: Action = (call) => {
  const { cloud, params, nowMs } = call;
  const name = params.required('LaunchTemplateName');
  const content = params.node('LaunchTemplateData');
  if (content === undefined) throw missingParameter('LaunchTemplateData');
  if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) {
    throw new AwsError(
      'InvalidLaunchTemplateName.MalformedException',
      'A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and -, _, ., /, (, and ).',
    );
  }
  const id = oncePerToken(call, () => {
    if (cloud.list('launchTemplate').some((template) => template.name === name)) {
      throw new AwsError(
        'InvalidLaunchTemplateName.AlreadyExistsException',
        'Launch template name already in use.',
      );
    }
    const newId = `lt-${cloud.newDigits(17)}`;
    const description = params.text('VersionDescription');
    cloud.put('launchTemplate', {
      id: newId,
      createdAtMs: nowMs,
      name,
      defaultVersion: 1,
      versions: [{ number: 1, createdAtMs: nowMs, description, content: content.tree }],
      tags: specifiedTags(params, 'launch-template'),
    });
    return newId;
  });
  const template = cloud.getFresh('launchTemplate', id);
  if (template === undefined) throw notFound({ id });
  return { launchTemplate: templateNode(template, call) };
};

export const createLaunchTemplateVersion: Action = (call) => {
  const { cloud, params, nowMs } = call;
  const template = templateOf(call);
  const content = params.node('LaunchTemplateData');
  if (content === undefined) throw missingParameter('LaunchTemplateData');
  const source = params.text('SourceVersion');
  const base = source === undefined ? undefined : wantedVersion(template, source).content;
  const number = Number(
    oncePerToken(call, () => {
      const version: LaunchTemplateVersion = {
        number: (template.versions.at(-1)?.number ?? 0) + 1,
        createdAtMs: nowMs,
        description: params.text('VersionDescription'),
        content: { ...base, ...content.tree },
      };
      cloud.put('launchTemplate', { ...template, versions: [...template.versions, version] });
      return String(version.number);
    }),
  );
  const current = cloud.getFresh('launchTemplate', template.id) ?? template;
  return { launchTemplateVersion: versionNode(current, wantedVersion(current, String(number)), call) };
};

export const describeLaunchTemplates: Action = (call) => {
  const { cloud, params } = call;
  const all = cloud.list('launchTemplate');
  const ids = params.texts('LaunchTemplateId');
  const names = params.texts('LaunchTemplateName');
  for (const id of ids) if (!all.some((template) => template.id === id)) throw notFound({ id });
  for (const name of names) if (!all.some((template) => template.name === name)) throw notFound({ name });
  const wanted = all.filter(
    (template) =>
      (ids.length === 0 && names.length === 0) || ids.includes(template.id) || names.includes(template.name),
  );
  const fields = { 'launch-template-name': (template: LaunchTemplate) => [template.name] };
  return {
    launchTemplates: items(filtered(wanted, params, fields).map((template) => templateNode(template, call))),
  };
};

export const describeLaunchTemplateVersions: Action = (call) => {
  const template = templateOf(call);
  const versions = call.params.texts('LaunchTemplateVersion');
  const wanted =
    versions.length === 0 ? template.versions : versions.map((version) => wantedVersion(template, version));
  return { launchTemplateVersionSet: items(wanted.map((version) => versionNode(template, version, call))) };
};

export const deleteLaunchTemplate: Action = (call) => {
  const template = templateOf(call);
  call.cloud.remove('launchTemplate', template.id);
  return { launchTemplate: templateNode(template, call) };
};

/** The template a request names by id or by name. */
function templateOf({ cloud, params }: ActionCall): LaunchTemplate {
  const id = params.text('LaunchTemplateId');
  const name = params.text('LaunchTemplateName');
  if (id === undefined && name === undefined) throw missingParameter('LaunchTemplateId');
  const template = cloud
    .list('launchTemplate')
    .find((entry) => (id === undefined ? entry.name === name : entry.id === id));
  if (template === undefined) throw notFound(id === undefined ? { name } : { id });
  return template;
}

function notFound(named: { readonly id?: string | undefined; readonly name?: string | undefined }): AwsError {
  return named.id === undefined
    ? new AwsError(
        'InvalidLaunchTemplateName.NotFoundException',
        `The specified launch template, with template name ${named.name}, does not exist.`,
      )
    : new AwsError(
        'InvalidLaunchTemplateId.NotFound',
        `The specified launch template, with template ID ${named.id}, does not exist.`,
      );
}

function wantedVersion(template: LaunchTemplate, version: string): LaunchTemplateVersion {
  const found = versionOf(template, version);
  if (found === undefined) {
    throw new AwsError(
      'InvalidLaunchTemplateId.VersionNotFound',
      `Could not find the specified version ${version} for the launch template with ID ${template.id}.`,
    );
  }
  return found;
}

function templateNode(template: LaunchTemplate, { scope }: ActionCall): XmlNode {
  return {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    createTime: timeText(template.createdAtMs),
    createdBy: `arn:aws:iam::${scope.account}:root`,
    defaultVersionNumber: template.defaultVersion,
    latestVersionNumber: template.versions.at(-1)?.number,
    tagSet: tagSet(template.tags),
  };
}

function versionNode(
  template: LaunchTemplate,
  version: LaunchTemplateVersion,
  { scope }: ActionCall,
): XmlNode {
  return {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    versionNumber: version.number,
    versionDescription: version.description,
    createTime: timeText(version.createdAtMs),
    createdBy: `arn:aws:iam::${scope.account}:root`,
    defaultVersion: version.number === template.defaultVersion,
    launchTemplateData: answeredContent(version.content),
  };
}

/**
 * A request's structure as the answer writes it: EC2 calls `SecurityGroupId.N` of a request
 * `securityGroupIdSet/item` in the answer, and so on for every list.
 */
function answeredContent(tree: Params['tree'], inside?: string): XmlNode {
  const answered: { [name: string]: XmlNode } = {};
  for (const [name, value] of Object.entries(tree)) {
    const lower = name.charAt(0).toLowerCase() + name.slice(1);
    if (!Array.isArray(value)) answered[lower] = answeredEntry(value, name);
    // Within a network interface the list of security groups has names of its own.
    else if (inside === 'NetworkInterface' && name === 'SecurityGroupId')
      answered['groupSet'] = { groupId: value };
    else answered[`${lower}Set`] = items(value.map((entry) => answeredEntry(entry, name)));
  }
  return answered;
}

function answeredEntry(entry: ParamTree, name: string): XmlNode {
  if (Array.isArray(entry)) return items(entry.map((inner) => answeredEntry(inner, name)));
  if (typeof entry === 'object') return answeredContent(entry, name);
  return entry;
}
