/**
 * Who calls, where and which service: all three are in the credential scope of a version 4 signature, so the
 * double needs neither host names nor paths to tell its services apart. Signatures are not verified.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
import { AwsError } from './aws-error.ts';

export const SERVICES = ['ec2', 'autoscaling', 'elasticloadbalancing', 'sts'] as const;
export type ServiceCode = (typeof SERVICES)[number];

/** The account of every access key that AssumeRole did not hand out. */
export const DEFAULT_ACCOUNT = '123456789012';

export interface CredentialScope {
  readonly accessKeyId: string;
  readonly account: string;
  readonly region: string;
  readonly service: ServiceCode;
}

const KEY_PREFIX = 'ASIAWD';

/** Access key of temporary credentials: it carries the account, so no session table is needed. */
export function accessKeyOf(account: string): string {
  return `${KEY_PREFIX}${account}WL`;
}

function accountOf(accessKeyId: string): string {
  const match = /^ASIAWD(\d{12})WL$/.exec(accessKeyId);
  return match?.[1] ?? DEFAULT_ACCOUNT;
}

/** @throws AwsError MissingAuthenticationToken, IncompleteSignature, AuthFailure */
export function parseCredentialScope(authorization: string | undefined): CredentialScope {
  if (authorization === undefined) {
    throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  }
  const match = /Credential=([^/\s,]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/.exec(authorization);
  const [, accessKeyId, region, service] = match ?? [];
  if (accessKeyId === undefined || region === undefined) {
    throw new AwsError(
      'IncompleteSignature',
      'Authorization header requires a Credential with a full scope',
      403,
    );
  }
  const known = SERVICES.find((code) => code === service);
  if (known === undefined) {
    throw new AwsError(
      'SignatureDoesNotMatch',
      `The double offers ${SERVICES.join(', ')}, not the service "${service}" of the credential scope`,
      403,
    );
  }
  return { accessKeyId, account: accountOf(accessKeyId), region, service: known };
}
