/** What Clouddriver needs of a cloud, in words of the domain. One implementation for each provider. */
import type {
  CloudActivityInput,
  CloudActivityName,
  CloudActivityOutput,
} from '#contracts/operations/cloud-activity.contract.ts';

/** Circumstances of one call. */
export type ProviderCall = {
  /** The same for every try of one activity: client tokens are made from it. 1 to 64 characters of [a-z0-9-]. */
  idempotencyKey: string;
  /** Which try it is, from 1. Absent: there will be no other. */
  attempt?: number;
  signal: AbortSignal;
};

/**
 * Every method is idempotent: called again with the same input and key, it changes nothing more and answers alike,
 * also after a reply was lost. Each throws ActivityFailed with a Failure that says what a retry is worth.
 */
export type CloudProvider = {
  readonly [N in CloudActivityName]: (
    input: CloudActivityInput<N>,
    call: ProviderCall,
  ) => Promise<CloudActivityOutput<N>>;
};
