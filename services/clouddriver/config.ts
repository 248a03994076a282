/** Clouddriver's settings from the environment: the only place that reads it. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { NodeEnvironment, topologyOf } from '#contracts/node-settings.ts';
import type { Topology } from '#contracts/topology.ts';
import type { LogLevel } from '#telemetry/log.ts';
import { DEMO_ACCOUNTS, parseAccounts, type Account } from './accounts.ts';

const milliseconds = z.coerce.number().int().positive();

const Environment = NodeEnvironment.extend({
  /** Path of the accounts file; the built-in demo account when absent. */
  WINDLASS_ACCOUNTS_FILE: z.string().min(1).optional(),
  /** Endpoint for accounts that name none: the AWS double, say. Absent: AWS. */
  AWS_ENDPOINT_URL: z.url().optional(),
  WINDLASS_AWS_CONNECT_TIMEOUT_MS: milliseconds.default(3_000),
  WINDLASS_AWS_REQUEST_TIMEOUT_MS: milliseconds.default(20_000),
  /** Calls per second for each account, region and service that has no rate of its own. */
  WINDLASS_AWS_RATE_PER_SECOND: z.coerce.number().positive().default(10),
  /** Activities of one account and region that run at the same time, over all replicas. */
  WINDLASS_ACTIVITY_CONCURRENCY: z.coerce.number().int().positive().default(32),
});

export type AwsTimeouts = { connectMs: number; requestMs: number };

export type ClouddriverConfig = {
  natsServers: readonly string[];
  topology: Topology;
  logLevel: LogLevel;
  accounts: readonly Account[];
  timeouts: AwsTimeouts;
  ratePerSecond: number;
  activityConcurrency: number;
};

/** A setting is wrong. Says which one and what is expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
}

/** @throws ConfigError, AccountsError */
export function readClouddriverConfig(environment: NodeJS.ProcessEnv = process.env): ClouddriverConfig {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(
      `Clouddriver cannot start, since settings are wrong: ${faults.join('; ')}. Correct them.`,
    );
  }
  const settings = parsed.data;
  const accounts = accountsFrom(settings.WINDLASS_ACCOUNTS_FILE);
  const endpoint = settings.AWS_ENDPOINT_URL;
  return {
    natsServers: settings.NATS_URL,
    topology: topologyOf(settings),
    logLevel: settings.WINDLASS_LOG,
    accounts: endpoint === undefined ? accounts : accounts.map((account) => ({ endpoint, ...account })),
    timeouts: {
      connectMs: settings.WINDLASS_AWS_CONNECT_TIMEOUT_MS,
      requestMs: settings.WINDLASS_AWS_REQUEST_TIMEOUT_MS,
    },
    ratePerSecond: settings.WINDLASS_AWS_RATE_PER_SECOND,
    activityConcurrency: settings.WINDLASS_ACTIVITY_CONCURRENCY,
  };
}

function accountsFrom(fileName: string | undefined): readonly Account[] {
  if (fileName === undefined) return DEMO_ACCOUNTS;
  let text: string;
  try {
    text = readFileSync(fileName, 'utf8');
  } catch (cause) {
    throw new ConfigError(
      `The accounts file ${fileName} (WINDLASS_ACCOUNTS_FILE) cannot be read. Give the path of a readable file, or leave the setting out for the demo account.`,
      { cause },
    );
  }
  return parseAccounts(text, fileName);
}
