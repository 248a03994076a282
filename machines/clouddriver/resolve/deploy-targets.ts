/** From the context of a deploying stage to one typed description for each region, or all that is wrong with it. */
import type { DeployTarget } from '#contracts/operations/launch-settings.contract.ts';
import type { OperationRequest } from '#contracts/operation.ts';
import type { AccountDirectory } from '../account-directory.ts';
import { clusterNameOf, clusterOf } from '../frigga.ts';
import type { Resolution } from '../saga/saga-definition.ts';
import { checkCapacity } from './capacity.ts';
import { accountOf, fieldErrors, present } from './context-fields.ts';
import { DeployContext, launchSettingsOf } from './deploy-context.ts';
import { findPlace, invalidOperation } from './rejection.ts';

/** Clouddriver's name for the description: all error texts begin with it. */
const DESCRIPTION = 'basicAmazonDeployDescription';

const APPLICATION_CHARACTERS = /^[a-zA-Z0-9._]+$/;
const DETAIL_CHARACTERS = /^[a-zA-Z0-9._^~-]+$/;

/** @param clone a clone takes from its source whatever the context leaves out */
export function resolveDeploy(
  request: OperationRequest,
  args: { accounts: AccountDirectory; clone: boolean },
): Resolution<DeployTarget> {
  const parsed = DeployContext.safeParse(request.context);
  if (!parsed.success) {
    return { failure: invalidOperation(request.operation, fieldErrors(DESCRIPTION, parsed.error)) };
  }
  const context = parsed.data;
  const account = accountOf(context, args.accounts);
  const naming = namingOf(context, { application: request.application, clone: args.clone });
  const regions = regionsOf(context, args.clone);
  const { capacity, errors: capacityErrors } = checkCapacity(context.capacity, DESCRIPTION);
  const errors = [
    ...(account === undefined ? [`${DESCRIPTION}.credentials.empty`] : []),
    ...namingErrors(naming),
    ...requiredErrors(context, { clone: args.clone, hasRegions: regions.size > 0 }),
    ...capacityErrors,
    ...combinationErrors(context),
  ];
  if (account === undefined || errors.length > 0) {
    return { failure: invalidOperation(request.operation, errors) };
  }

  const targets: DeployTarget[] = [];
  for (const [region, zones] of regions) {
    const place = findPlace({ account, region }, { accounts: args.accounts, description: DESCRIPTION });
    if ('code' in place) return { failure: place };
    const source = sourceOf(context, { account, region });
    // An unknown account has no queue, so nobody would ever look the source up.
    const sourcePlace =
      source && findPlace(source, { accounts: args.accounts, description: `${DESCRIPTION}.source` });
    if (sourcePlace && 'code' in sourcePlace) return { failure: sourcePlace };
    const configured = place.region.availabilityZones;
    if (configured.length > 0 && zones.some((zone) => !configured.includes(zone))) {
      return {
        failure: invalidOperation(request.operation, [`${DESCRIPTION}.availabilityZones.not.configured`]),
      };
    }
    const launch = launchSettingsOf(context, naming.application);
    targets.push({
      ...present({
        ...naming,
        subnetType: context.subnetType,
        subnetIds: context.subnetIds,
        capacity,
        source,
        sequence: context.sequence,
      }),
      account,
      region,
      cluster: clusterNameOf(naming),
      zones,
      launch: args.clone ? launch : { ...present({ keyPair: place.account.defaultKeyPair }), ...launch },
      useSourceCapacity: context.useSourceCapacity ?? context.source?.useSourceCapacity ?? false,
      clone: args.clone,
      ignoreSequence: context.ignoreSequence ?? false,
      startDisabled: context.startDisabled ?? false,
      suspendedProcesses: context.suspendedProcesses ?? [],
      enabledMetrics: context.enabledMetrics ?? [],
    });
  }
  return { targets };
}

type Naming = { application: string; stack: string | undefined; detail: string | undefined };

function namingOf(context: DeployContext, args: { application: string; clone: boolean }): Naming {
  const { stack, freeFormDetails: detail } = context;
  const application = context.application ?? args.application;
  const source = context.source?.serverGroupName ?? context.source?.asgName;
  if (!args.clone || source === undefined || stack !== undefined || detail !== undefined) {
    return { application, stack, detail };
  }
  const [sourceApplication = application, sourceStack, ...details] = clusterOf(source).split('-');
  return {
    application: sourceApplication,
    stack: sourceStack || undefined,
    detail: details.join('-') || undefined,
  };
}

function namingErrors({ application, stack, detail }: Naming): string[] {
  if (application === '') return [`${DESCRIPTION}.application.empty`];
  return [
    ...(APPLICATION_CHARACTERS.test(application) ? [] : [`${DESCRIPTION}.application.invalid`]),
    ...(stack === undefined || APPLICATION_CHARACTERS.test(stack) ? [] : [`${DESCRIPTION}.stack.invalid`]),
    ...(detail === undefined || DETAIL_CHARACTERS.test(detail)
      ? []
      : [`${DESCRIPTION}.freeFormDetails.invalid`]),
  ];
}

function regionsOf(context: DeployContext, clone: boolean): Map<string, string[]> {
  const regions = new Map(
    Object.entries(context.availabilityZones ?? {}).map(([name, zones]) => [name, zones ?? []]),
  );
  const fallback = context.region ?? (clone ? context.source?.region : undefined);
  if (regions.size === 0 && fallback !== undefined) regions.set(fallback, []);
  return regions;
}

function requiredErrors(context: DeployContext, args: { clone: boolean; hasRegions: boolean }): string[] {
  const errors: string[] = [];
  if (!args.clone && context.amiName === undefined && context.imageId === undefined) {
    errors.push(`${DESCRIPTION}.amiName.empty`);
  }
  if (!args.clone && context.instanceType === undefined) errors.push(`${DESCRIPTION}.instanceType.empty`);
  if (!args.hasRegions) errors.push(`${DESCRIPTION}.availabilityZones.empty`);
  const sourceGivesCapacity = args.clone || context.useSourceCapacity || context.source?.useSourceCapacity;
  if (context.capacity === undefined && !sourceGivesCapacity) errors.push(`${DESCRIPTION}.capacity.empty`);
  return errors;
}

function combinationErrors(context: DeployContext): string[] {
  const errors: string[] = [];
  const hasSubnets = context.subnetType !== undefined || (context.subnetIds ?? []).length > 0;
  if (context.associatePublicIpAddress === true && !hasSubnets) {
    errors.push(`${DESCRIPTION}.associatePublicIpAddress.subnetType.not.specified`);
  }
  if ((context.blockDevices ?? []).some(({ deviceName }) => deviceName === undefined)) {
    errors.push(`${DESCRIPTION}.blockDevices.deviceName.empty`);
  }
  // Classic load balancers would be left out without a word; better to say so before anything is made.
  if ((context.loadBalancers ?? []).length > 0)
    errors.push(`${DESCRIPTION}.loadBalancers.classic.not.supported`);
  if (context.sequence !== undefined && context.sequence > 999)
    errors.push(`${DESCRIPTION}.sequence.not.in.range`);
  return errors;
}

function sourceOf(context: DeployContext, here: { account: string; region: string }) {
  const name = context.source?.serverGroupName ?? context.source?.asgName;
  if (name === undefined) return undefined;
  return {
    account: context.source?.account ?? here.account,
    region: context.source?.region ?? here.region,
    serverGroupName: name,
  };
}
