/** Where a stage's server groups are: account, regions, cluster, and the operations on them. */
import type { Json, JsonObject } from '#contracts/json.ts';
import type { OperationResult } from '#contracts/operation.ts';
import { ClusterDescription, type ServerGroup } from '#contracts/server-group.ts';
import { clusterNameOf, parseClusterName } from './cluster-name.ts';
import { objectOf, textOf, textsOf, type StageContext } from './stage-context.ts';
import { StageFailed } from './stage-failed.ts';
import type { OperationCall } from './stage-type.ts';

/** One server group that an operation works on. */
export type Target = { account: string; region: string; name: string };

/** @throws StageFailed without one */
export function accountOf(context: StageContext): string {
  const account = textOf(context.get('credentials')) ?? textOf(context.get('account'));
  if (account !== undefined) return account;
  throw new StageFailed(
    'STAGE_CONTEXT_MISSING',
    `Stage '${context.start.stage.name ?? context.start.refId}' names no account. Set 'credentials' (or 'account').`,
  );
}

export function providerOf(context: StageContext): string {
  return textOf(context.get('cloudProvider')) ?? textOf(context.get('provider')) ?? 'aws';
}

/** Regions in the order in which they are written. @throws StageFailed without one */
export function regionsOf(context: StageContext): string[] {
  const regions = regionsIn(context.own);
  if (regions.length > 0) return regions;
  const inherited = textsOf(context.get('regions'));
  if (inherited.length > 0) return inherited;
  const region = textOf(context.get('region'));
  if (region !== undefined) return [region];
  throw new StageFailed(
    'STAGE_CONTEXT_MISSING',
    `Stage '${context.start.stage.name ?? context.start.refId}' names no region. Set 'region', 'regions' or 'availabilityZones'.`,
  );
}

/** Regions that a context names itself; empty when it names none. */
export function regionsIn(context: JsonObject): string[] {
  const region = textOf(context['region']);
  if (region !== undefined) return [region];
  const regions = textsOf(context['regions']);
  if (regions.length > 0) return [...new Set(regions)];
  const zones = objectOf(context['availabilityZones']);
  if (zones !== undefined) return Object.keys(zones);
  const source = textOf(objectOf(context['source'])?.['region']);
  return source === undefined ? [] : [source];
}

/** The cluster's name: written, or made of application, stack and detail. */
export function clusterOf(context: StageContext): string {
  const written = textOf(context.get('cluster')) ?? textOf(objectOf(context.get('moniker'))?.['cluster']);
  if (written !== undefined) return written;
  const name = textOf(context.own['serverGroupName']) ?? textOf(context.own['asgName']);
  if (name !== undefined) return parseClusterName(name).cluster;
  return clusterIn(context.own, context.start.application);
}

/** The name of the cluster that a new server group will belong to. */
export function clusterIn(context: JsonObject, application: string): string {
  const moniker = objectOf(context['moniker']);
  const written = textOf(moniker?.['cluster']);
  if (written !== undefined) return written;
  const stack = textOf(context['stack']);
  const detail = textOf(context['freeFormDetails']) ?? textOf(context['detail']);
  return clusterNameOf({
    app: textOf(context['application']) ?? application,
    ...(stack === undefined ? {} : { stack }),
    ...(detail === undefined ? {} : { detail }),
  });
}

/** Reads a cluster in some regions. */
export function describeCluster(
  context: StageContext,
  args: { cluster: string; regions: string[] },
): OperationCall {
  return {
    operation: 'describeCluster',
    context: {
      cloudProvider: providerOf(context),
      credentials: accountOf(context),
      cluster: args.cluster,
      regions: args.regions,
    },
  };
}

/** The server groups that a `describeCluster` found. @throws StageFailed when the answer is malformed */
export function describedServerGroups(results: readonly OperationResult[]): ServerGroup[] {
  return results.flatMap((result) => {
    const parsed = ClusterDescription.safeParse(result.outputs);
    if (parsed.success) return parsed.data.serverGroups;
    throw new StageFailed(
      'OPERATION_OUTPUT_INVALID',
      `The operation describeCluster answered something that is not a cluster: ${parsed.error.message}`.slice(
        0,
        2048,
      ),
    );
  });
}

/** An operation on one server group, addressed as Clouddriver expects it. */
export function operationOn(
  operation: OperationCall['operation'],
  args: { context: StageContext; target: Target; extra?: JsonObject },
): OperationCall {
  const { context, target, extra } = args;
  return {
    operation,
    context: {
      cloudProvider: providerOf(context),
      credentials: target.account,
      region: target.region,
      serverGroupName: target.name,
      ...extra,
    },
  };
}

/** Waits for a condition of one server group. */
export function awaitServerGroup(args: {
  context: StageContext;
  target: Target;
  condition: 'up' | 'down' | 'capacity' | 'absent';
  extra?: JsonObject;
}): OperationCall {
  const { context, target, condition, extra } = args;
  return operationOn('awaitServerGroup', { context, target, extra: { condition, ...extra } });
}

/** Targets as a context keeps them between tasks. */
export function targetsJson(targets: readonly Target[]): Json {
  return targets.map(({ account, region, name }) => ({ account, region, name }));
}

/** Targets that an earlier task kept under `key`. */
export function keptTargets(context: StageContext, key: string): Target[] {
  const kept = context.own[key];
  if (!Array.isArray(kept)) return [];
  return kept.flatMap((item) => {
    const target = objectOf(item);
    const account = textOf(target?.['account']);
    const region = textOf(target?.['region']);
    const name = textOf(target?.['name']);
    return account !== undefined && region !== undefined && name !== undefined
      ? [{ account, region, name }]
      : [];
  });
}

/** `deploy.server.groups`: names by region. */
export function groupsByRegion(targets: readonly Target[]): JsonObject {
  const regions = [...new Set(targets.map(({ region }) => region))];
  return Object.fromEntries(
    regions.map((region) => [
      region,
      targets.filter((target) => target.region === region).map(({ name }) => name),
    ]),
  );
}

/** The inverse of {@link groupsByRegion}, for one account. */
export function targetsInGroups(account: string, groups: Json | undefined): Target[] {
  return Object.entries(objectOf(groups) ?? {}).flatMap(([region, names]) =>
    textsOf(names).map((name) => ({ account, region, name })),
  );
}
