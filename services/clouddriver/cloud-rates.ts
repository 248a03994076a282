/** The rates that a cloud allows: counted for each account, region and service of the cloud, over all replicas. */
import type { Rate } from '#runtime/ports.ts';
import { createRateLimits, type RateLimitOptions } from '#runtime/rate-limits.ts';

export type RateKey = { account: string; region: string; service: string };

export const RATE_DEFAULT: Rate = { perSecond: 10, burst: 10 };

/** A call that would wait longer is refused at once and tried again later by its activity. */
const WAIT_MS_MAX = 30_000;

export interface CloudRates {
  /**
   * Resolves when one call may be made. Rejects with the signal's reason when it fires.
   * @throws RateLimitExceeded when the wait would be too long
   */
  acquire(key: RateKey, signal: AbortSignal): Promise<void>;
  /** The cloud answered that it is too much: everyone slows down. */
  throttled(key: RateKey): Promise<void>;
}

export type CloudRateOptions = Pick<RateLimitOptions, 'store' | 'clock'> & {
  rateOf: (key: RateKey) => Rate;
};

export function createCloudRates({ store, clock, rateOf }: CloudRateOptions): CloudRates {
  const limits = createRateLimits({ store, clock, waitMsMax: WAIT_MS_MAX });
  return {
    acquire: (key, signal) => limits.acquire(nameOf(key), { rate: rateOf(key), signal }),
    throttled: (key) => limits.throttled(nameOf(key)),
  };
}

/** No underscore within a part: it stands between them. */
function nameOf({ account, region, service }: RateKey): string {
  return [account, region, service].map((part) => part.replaceAll('_', '-')).join('_');
}
