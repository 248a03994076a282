/** From the context of a cluster-wide stage to one typed description for each region. */
import { z } from 'zod';
import type { ClusterTarget } from '#contracts/operations/launch-settings.contract.ts';
import type { OperationRequest } from '#contracts/operation.ts';
import type { AccountDirectory } from '../account-directory.ts';
import type { Resolution } from '../saga/saga-definition.ts';
import { accountFields, accountOf, fieldErrors, optionalText, optionalTexts } from './context-fields.ts';
import { findPlace, invalidOperation } from './rejection.ts';

const DESCRIPTION = 'describeClusterDescription';

const ClusterContext = z.object({
  ...accountFields,
  cluster: optionalText,
  region: optionalText,
  regions: optionalTexts,
});

/** Without regions, all regions of the account are looked at. */
export function resolveCluster(
  request: OperationRequest,
  accounts: AccountDirectory,
): Resolution<ClusterTarget> {
  const parsed = ClusterContext.safeParse(request.context);
  if (!parsed.success)
    return { failure: invalidOperation(request.operation, fieldErrors(DESCRIPTION, parsed.error)) };
  const { cluster, region, regions } = parsed.data;
  const account = accountOf(parsed.data, accounts);
  if (account === undefined || cluster === undefined) {
    const errors = [
      ...(account === undefined ? [`${DESCRIPTION}.credentials.empty`] : []),
      ...(cluster === undefined ? [`${DESCRIPTION}.cluster.empty`] : []),
    ];
    return { failure: invalidOperation(request.operation, errors) };
  }
  const known = accounts.find(({ name }) => name === account)?.regions.map(({ name }) => name) ?? [''];
  const wanted = regions && regions.length > 0 ? regions : region === undefined ? known : [region];
  const targets: ClusterTarget[] = [];
  for (const name of wanted) {
    const place = findPlace({ account, region: name }, { accounts, description: DESCRIPTION });
    if ('code' in place) return { failure: place };
    targets.push({ account, region: name, cluster });
  }
  return { targets };
}
