/** The NATS server: version, fsync, clock. */
import { z } from 'zod';
import type { Bus } from '#bus/connect.ts';
import { clockSkewMs } from '#bus/stream-survey.ts';
import { NATS_SERVER_VERSION, NATS_SERVER_VERSION_MIN, isAtLeast } from '#tools/nats-server-version.ts';
import type { Finding } from './finding.ts';

/** Timers are kept by the server's clock and set by the node's: this much makes no difference anybody notices. */
const SKEW_MS_MAX = 1_000;
const MONITOR_TIMEOUT_MS = 2_000;

const JetStreamReport = z.object({
  config: z.object({ sync_interval: z.number().optional(), sync_always: z.boolean().optional() }).optional(),
});

export function examineVersion(bus: Bus): Finding {
  const version = bus.info?.version ?? 'unknown';
  const plain = /^\d+\.\d+\.\d+/.exec(version)?.[0] ?? '0.0.0';
  const check = 'server version';
  if (isAtLeast(plain, NATS_SERVER_VERSION_MIN)) {
    return { check, verdict: 'ok', detail: `nats-server ${version} at ${bus.getServer()}` };
  }
  return {
    check,
    verdict: 'wrong',
    detail: `nats-server ${version}; at least ${NATS_SERVER_VERSION_MIN} is needed`,
    remedy: `Replace it by nats-server ${NATS_SERVER_VERSION}.`,
  };
}

/** Only the monitoring endpoint tells whether an acknowledged write is on disk. */
export async function examineSync(monitorUrl: string | undefined): Promise<Finding> {
  const check = 'sync_interval';
  if (monitorUrl === undefined) {
    return {
      check,
      verdict: 'unknown',
      detail: 'clients cannot see it',
      remedy: 'Name the monitoring endpoint: windlass doctor --monitor http://HOST:8222',
    };
  }
  try {
    const response = await fetch(new URL('/jsz?config=true', monitorUrl), {
      signal: AbortSignal.timeout(MONITOR_TIMEOUT_MS),
    });
    const { config } = JetStreamReport.parse(await response.json());
    if (config?.sync_always === true) {
      return { check, verdict: 'ok', detail: 'always: what is acknowledged is on disk' };
    }
    const seconds = (config?.sync_interval ?? 0) / 1e9;
    return {
      check,
      verdict: 'warn',
      detail: `every ${seconds} s: a power failure loses what was acknowledged since`,
      remedy: "Set 'jetstream { sync_interval: always }' in the server's configuration.",
    };
  } catch (error) {
    return {
      check,
      verdict: 'unknown',
      detail: `${monitorUrl} does not tell: ${(error as Error).message}`,
      remedy: "Set 'http: 127.0.0.1:8222' in the server's configuration, and --monitor to it.",
    };
  }
}

export async function examineClock(bus: Bus): Promise<Finding> {
  const check = 'clock';
  const skewMs = await clockSkewMs(bus);
  if (Math.abs(skewMs) <= SKEW_MS_MAX) {
    return { check, verdict: 'ok', detail: `this machine and the server differ by ${Math.abs(skewMs)} ms` };
  }
  return {
    check,
    verdict: 'warn',
    detail: `this machine and the server differ by ${Math.abs(skewMs)} ms: timers fire that much early or late`,
    remedy: 'Let both machines take the time from NTP.',
  };
}
