/** From the context of a stage that works on existing server groups to typed descriptions. */
import { z } from 'zod';
import type { ServerGroupTarget } from '#contracts/operations/launch-settings.contract.ts';
import type { OperationRequest } from '#contracts/operation.ts';
import type { AccountDirectory } from '../account-directory.ts';
import type { Resolution } from '../saga/saga-definition.ts';
import { checkCapacity } from './capacity.ts';
import {
  accountFields,
  accountOf,
  fieldErrors,
  optionalCapacity,
  optionalPercentage,
  optionalText,
  optionalTexts,
  present,
} from './context-fields.ts';
import { findPlace, invalidOperation } from './rejection.ts';

const Named = { serverGroupName: optionalText, asgName: optionalText, region: optionalText };

const ServerGroupContext = z.object({
  ...accountFields,
  ...Named,
  regions: optionalTexts,
  capacity: optionalCapacity,
  desiredPercentage: optionalPercentage,
  asgs: z.array(z.object({ ...Named, capacity: optionalCapacity })).nullish(),
});
type ServerGroupContext = z.infer<typeof ServerGroupContext>;

type Wanted = {
  serverGroupName: string | undefined;
  region: string | undefined;
  capacity: ServerGroupContext['capacity'];
};

/**
 * @param args.description Clouddriver's name of the description: error texts begin with it
 * @param args.needsCapacity a capacity must be given for every server group
 */
export function resolveServerGroups(
  request: OperationRequest,
  args: { accounts: AccountDirectory; description: string; needsCapacity: boolean },
): Resolution<ServerGroupTarget> {
  const { description, accounts, needsCapacity } = args;
  const parsed = ServerGroupContext.safeParse(request.context);
  if (!parsed.success)
    return { failure: invalidOperation(request.operation, fieldErrors(description, parsed.error)) };
  const account = accountOf(parsed.data, accounts);
  const wanted = wantedOf(parsed.data);
  const errors = account === undefined ? [`${description}.credentials.empty`] : [];
  if (wanted.length === 0) errors.push(`${description}.serverGroupName.empty`);

  const targets: ServerGroupTarget[] = [];
  for (const { serverGroupName, region, capacity: given } of wanted) {
    const { capacity, errors: capacityErrors } = checkCapacity(given, description);
    errors.push(...capacityErrors);
    if (serverGroupName === undefined) errors.push(`${description}.serverGroupName.empty`);
    if (region === undefined) errors.push(`${description}.region.empty`);
    if (needsCapacity && capacity === undefined && capacityErrors.length === 0)
      errors.push(`${description}.capacity.empty`);
    if (account === undefined || serverGroupName === undefined || region === undefined || errors.length > 0)
      continue;
    const place = findPlace({ account, region }, { accounts, description });
    if ('code' in place) return { failure: place };
    targets.push({
      ...present({ capacity, desiredPercentage: parsed.data.desiredPercentage }),
      account,
      region,
      serverGroupName,
    });
  }
  if (errors.length > 0) return { failure: invalidOperation(request.operation, [...new Set(errors)]) };
  return { targets };
}

function wantedOf(context: ServerGroupContext): Wanted[] {
  if (context.asgs && context.asgs.length > 0) {
    return context.asgs.map((asg) => ({
      serverGroupName: asg.serverGroupName ?? asg.asgName,
      region: asg.region ?? context.region,
      capacity: asg.capacity ?? context.capacity,
    }));
  }
  const serverGroupName = context.serverGroupName ?? context.asgName;
  if (serverGroupName === undefined) return [];
  const regions = context.region === undefined ? (context.regions ?? [undefined]) : [context.region];
  return regions.map((region) => ({ serverGroupName, region, capacity: context.capacity }));
}
