/** Temporary credentials of an account's role, fetched when needed and again before they expire. */
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { ActivityFailed } from '#runtime/activity.ts';
import type { Account } from '../../accounts.ts';
import type { AwsSessionOptions } from './aws-sessions.ts';
import { awsFailure } from './aws-failure.ts';

export type AwsCredentials = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
};

export type CredentialSource = {
  /** Absent: the SDK's own chain (environment, profile, instance role). */
  provide?: () => Promise<AwsCredentials>;
  /** AWS refused the last ones: fetch new ones next time. */
  forget: () => void;
};

/** Renewed this long before they end: a call must not start with credentials that die under it. */
const RENEW_BEFORE_MS = 5 * 60_000;

/** A role's name becomes its ARN in the account; a whole ARN stays as it is. */
export function roleArnOf({ accountId, assumeRole = '' }: Account): string {
  return assumeRole.startsWith('arn:') ? assumeRole : `arn:aws:iam::${accountId}:${assumeRole}`;
}

export function credentialsFor(account: Account, options: AwsSessionOptions): CredentialSource {
  if (account.assumeRole !== undefined) return assumedRole(account, options);
  // An endpoint that is not AWS (the double, moto) checks no signature, but the SDK insists on signing.
  if (account.endpoint !== undefined) {
    const fixed = { accessKeyId: `WINDLASS${account.accountId}`, secretAccessKey: 'not-checked' };
    return { provide: async () => fixed, forget: () => undefined };
  }
  return { forget: () => undefined };
}

function assumedRole(account: Account, options: AwsSessionOptions): CredentialSource {
  const { clock } = options;
  let current: AwsCredentials | undefined;
  let fetching: Promise<AwsCredentials> | undefined;

  async function fetched(): Promise<AwsCredentials> {
    current = await assumeRole(account, options);
    return current;
  }

  return {
    provide: async () => {
      const endsAtMs = current?.expiration?.getTime() ?? 0;
      if (current && endsAtMs - clock.nowMs() > RENEW_BEFORE_MS) return current;
      fetching ??= fetched().finally(() => {
        fetching = undefined;
      });
      return fetching;
    },
    forget: () => {
      current = undefined;
    },
  };
}

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
async function assumeRole(account: Account, options: AwsSessionOptions): Promise<AwsCredentials> {
  const region = account.regions[0]?.name ?? 'us-east-1';
  const doing = `AssumeRole ${roleArnOf(account)}`;
  const own = { ...account };
  delete own.assumeRole;
  const { provide } = credentialsFor(own, options);
  const client = new STSClient({
    ...options.clientSettings,
    region,
    maxAttempts: 1,
    ...(account.endpoint === undefined ? {} : { endpoint: account.endpoint }),
    ...(provide ? { credentials: provide } : {}),
    requestHandler: options.transport ?? {
      connectionTimeout: options.timeouts.connectMs,
      requestTimeout: options.timeouts.requestMs,
    },
  });
  try {
    await options.rateLimits.acquire(
      { account: account.name, region, service: 'sts' },
      AbortSignal.timeout(30_000),
    );
    const { Credentials } = await client.send(
      new AssumeRoleCommand({
        RoleArn: roleArnOf(account),
        RoleSessionName: account.sessionName,
        ...(account.externalId === undefined ? {} : { ExternalId: account.externalId }),
      }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken) throw noCredentials(doing);
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      ...(Expiration ? { expiration: Expiration } : {}),
    };
  } catch (error) {
    throw awsFailure(error, { doing, effect: 'read', nowMs: options.clock.nowMs() });
  } finally {
    client.destroy();
  }
}

function noCredentials(doing: string): ActivityFailed {
  return new ActivityFailed({
    code: 'AWS_CREDENTIALS_MISSING',
    message: `${doing}: the answer held no credentials. Check that the endpoint is an STS service.`,
    kind: 'transient',
  });
}
