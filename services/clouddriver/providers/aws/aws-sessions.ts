/**
 * Clients of the AWS SDK, one for each account, region and service, and the way every call is made: a slot of the
 * shared rate first, one try, failures as data.
 *
 * The SDK tries once (`maxAttempts: 1`): it cannot know an outcome, and its retries would be neither durable nor visible.
 */
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ActivityFailed } from '#runtime/activity.ts';
import type { Clock } from '#runtime/ports.ts';
import type { Account } from '../../accounts.ts';
import type { AwsTimeouts } from '../../config.ts';
import type { CloudRates } from '../../cloud-rates.ts';
import { credentialsFor, type CredentialSource } from './aws-credentials.ts';
import { awsFailure, isStaleCredentials, isThrottle, type FailureHint } from './aws-failure.ts';

export type AwsService = 'ec2' | 'autoscaling' | 'elasticloadbalancing';

/** More settings of each client. */
export type AwsClientSettings = Pick<
  EC2ClientConfig,
  | 'authSchemePreference'
  | 'defaultUserAgentProvider'
  | 'defaultsMode'
  | 'disableClockSkewCorrection'
  | 'retryMode'
  | 'signerConstructor'
  | 'useDualstackEndpoint'
  | 'useFipsEndpoint'
  | 'userAgentAppId'
>;

/** Carries requests of the SDK to a cloud and brings the answers back. */
export type AwsTransport = NonNullable<EC2ClientConfig['requestHandler']>;

export type AwsSessionOptions = {
  accounts: readonly Account[];
  timeouts: AwsTimeouts;
  rateLimits: CloudRates;
  clock: Clock;
  /** Absent: HTTP, with the timeouts. */
  transport?: AwsTransport;
  /** Absent: as the SDK finds them in the environment and in its shared files. */
  clientSettings?: AwsClientSettings;
};

export type CallHint = Omit<FailureHint, 'nowMs'>;

/** Everything one account and region needs. */
export type AwsSession = {
  account: string;
  region: string;
  nowMs: () => number;
  ec2: EC2Client;
  autoScaling: AutoScalingClient;
  elb: ElasticLoadBalancingV2Client;
  /**
   * Makes one call under the shared rate. The SDK's error is the `cause` of the failure.
   * @throws ActivityFailed
   */
  perform: <Answer>(call: PerformOptions<Answer>) => Promise<Answer>;
};

export type PerformOptions<Answer> = {
  service: AwsService;
  signal: AbortSignal;
  hint: CallHint;
  send: (options: { abortSignal: AbortSignal }) => Promise<Answer>;
};

export function createAwsSessions(options: AwsSessionOptions) {
  const sessions = new Map<string, AwsSession>();
  const credentials = new Map<string, CredentialSource>();

  function credentialsOf(account: Account): CredentialSource {
    const known = credentials.get(account.name);
    if (known) return known;
    const source = credentialsFor(account, options);
    credentials.set(account.name, source);
    return source;
  }

  return {
    /** The session of an account and region. @throws ActivityFailed ACCOUNT_UNKNOWN, terminal */
    of({ account: name, region }: { account: string; region: string }): AwsSession {
      const key = `${name}/${region}`;
      const known = sessions.get(key);
      if (known) return known;
      const account = options.accounts.find((candidate) => candidate.name === name);
      if (!account) throw unknownAccount(name, options.accounts);
      const session = openSession({ account, region, credentials: credentialsOf(account) }, options);
      sessions.set(key, session);
      return session;
    },

    /** Closes all connections. */
    close(): void {
      for (const { ec2, autoScaling, elb } of sessions.values()) {
        ec2.destroy();
        autoScaling.destroy();
        elb.destroy();
      }
      sessions.clear();
    },
  };
}

export type AwsSessions = ReturnType<typeof createAwsSessions>;

type SessionPlace = { account: Account; region: string; credentials: CredentialSource };

function openSession({ account, region, credentials }: SessionPlace, options: AwsSessionOptions): AwsSession {
  const { timeouts, rateLimits, clock, transport, clientSettings } = options;
  const settings = {
    ...clientSettings,
    region,
    maxAttempts: 1,
    ...(account.endpoint === undefined ? {} : { endpoint: account.endpoint }),
    ...(credentials.provide ? { credentials: credentials.provide } : {}),
    requestHandler: transport ?? {
      connectionTimeout: timeouts.connectMs,
      requestTimeout: timeouts.requestMs,
      throwOnRequestTimeout: true,
    },
  };
  return {
    account: account.name,
    region,
    nowMs: () => clock.nowMs(),
    ec2: new EC2Client(settings),
    autoScaling: new AutoScalingClient(settings),
    elb: new ElasticLoadBalancingV2Client(settings),
    perform: async ({ service, signal, hint, send }) => {
      const rateKey = { account: account.name, region, service };
      await admitted(rateLimits.acquire(rateKey, signal), hint);
      try {
        return await send({ abortSignal: signal });
      } catch (error) {
        if (isThrottle(error)) await rateLimits.throttled(rateKey).catch(() => undefined);
        if (isStaleCredentials(error)) credentials.forget();
        throw awsFailure(error, { ...hint, nowMs: clock.nowMs() });
      }
    },
  };
}

/** Waiting for a slot changes nothing, whatever goes wrong with it. */
async function admitted(slot: Promise<void>, hint: CallHint): Promise<void> {
  try {
    await slot;
  } catch (cause) {
    throw new ActivityFailed(
      {
        code: 'RATE_LIMIT_WAIT_ENDED',
        message: `${hint.doing}: the call was not made, because waiting for the shared rate limit ended early (${String(cause)}). Windlass tries again.`,
        kind: 'transient',
      },
      { cause },
    );
  }
}

function unknownAccount(name: string, accounts: readonly Account[]): ActivityFailed {
  const known = accounts.map((account) => account.name);
  return new ActivityFailed({
    code: 'ACCOUNT_UNKNOWN',
    message: `There is no account '${name}'. Known accounts: ${known.join(', ')}. Add it to the accounts file of every replica.`,
    kind: 'terminal',
    details: { known },
  });
}
