/** Refusals of a request, in Spinnaker's own words: `basicAmazonDeployDescription.amiName.empty`. */
import type { z } from 'zod';
import type { Failure } from '#contracts/failure.ts';
import type { AccountDirectory, KnownAccount, KnownRegion } from '../account-directory.ts';

/** Lists what is wrong with a request; every text names the description, the field and the fault. */
export function invalidOperation(operation: string, errors: readonly string[]): Failure {
  const message = `${operation} was not started because its request is invalid: ${errors.join(', ')}. Correct the stage and run it again.`;
  return {
    code: 'OPERATION_INVALID',
    message: message.slice(0, 4096),
    kind: 'terminal',
    details: { errors: [...errors] },
  };
}

/** The envelope around the stage's context is not what was agreed: a fault of the caller, not of the user. */
export function invalidRequest(operation: string, error: z.ZodError): Failure {
  return invalidOperation(
    operation,
    error.issues.map(
      (issue) => `operationRequest.${issue.path.join('.') || 'body'}.invalid (${issue.message})`,
    ),
  );
}

export function unknownAccount(
  account: string,
  args: { accounts: AccountDirectory; error: string },
): Failure {
  const known = args.accounts.map(({ name }) => name);
  return {
    code: 'ACCOUNT_UNKNOWN',
    message: `There is no account '${account}'. Known accounts: ${known.join(', ') || 'none'}. Use one of them or add it to the accounts file.`,
    kind: 'terminal',
    details: { errors: [args.error], known },
  };
}

export function unknownRegion(region: string, args: { account: KnownAccount; error: string }): Failure {
  const known = args.account.regions.map(({ name }) => name);
  return {
    code: 'REGION_UNKNOWN',
    message: `Account '${args.account.name}' has no region '${region}'. Its regions: ${known.join(', ') || 'none'}. Use one of them or add it to the accounts file.`,
    kind: 'terminal',
    details: { errors: [args.error], known },
  };
}

export type Place = { account: KnownAccount; region: KnownRegion };

/** Finds account and region, or says which ones there are. */
export function findPlace(
  wanted: { account: string; region: string },
  args: { accounts: AccountDirectory; description: string },
): Place | Failure {
  const account = args.accounts.find(({ name }) => name === wanted.account);
  if (!account) {
    const error = `${args.description}.credentials.invalid`;
    return unknownAccount(wanted.account, { accounts: args.accounts, error });
  }
  const region = account.regions.find(({ name }) => name === wanted.region);
  if (!region)
    return unknownRegion(wanted.region, { account, error: `${args.description}.region.not.configured` });
  return { account, region };
}
