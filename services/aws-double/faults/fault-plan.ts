/**
 * Decides which call is hit by which fault.
 *
 * A draw is a hash of seed, rule and draw number, not a stream of random numbers: a restart in the middle
 * continues as if it had not happened.
 */
import { createHash } from 'node:crypto';
import type { Scope } from '../cloud/resource.ts';
import type { ServiceCode } from '../wire/credential-scope.ts';
import type { FaultPlan, FaultRule } from './fault-rule.ts';

export interface CallIdentity extends Scope {
  readonly service: ServiceCode;
  readonly action: string;
}

/** A rule that hit, with its place in the plan. */
export interface FaultHit {
  readonly rule: FaultRule;
  readonly index: number;
}

export class ActiveFaults {
  private current: FaultPlan = { rules: [], seed: 1 };
  private hits: number[] = [];

  get plan(): FaultPlan {
    return this.current;
  }

  /** Hits of every rule so far, in the order of the rules. */
  get hitCounts(): readonly number[] {
    return this.hits;
  }

  replace(plan: FaultPlan): void {
    this.current = plan;
    this.hits = plan.rules.map(() => 0);
  }

  /** The first rule that hits this call. Does not count the hit: `record` does. */
  forCall(call: CallIdentity, draw: string): FaultHit | undefined {
    return this.firstHit(draw, ({ match, fault }) => {
      if (fault === 'capacity') return false;
      return (
        (match.service ?? call.service) === call.service &&
        (match.action ?? call.action) === call.action &&
        (match.region ?? call.region) === call.region &&
        (match.account ?? call.account) === call.account
      );
    });
  }

  /** The first capacity rule that hits a launch of a group. */
  forLaunch(launch: Scope & { readonly group: string }, draw: string): FaultHit | undefined {
    return this.firstHit(draw, ({ match, fault }) => {
      if (fault !== 'capacity') return false;
      return (
        (match.region ?? launch.region) === launch.region &&
        (match.account ?? launch.account) === launch.account &&
        (match.group ?? launch.group) === launch.group
      );
    });
  }

  /** Counts a hit against the rule's `times`. */
  record(index: number): void {
    this.hits[index] = (this.hits[index] ?? 0) + 1;
  }

  private firstHit(draw: string, matches: (rule: FaultRule) => boolean): FaultHit | undefined {
    for (const [index, rule] of this.current.rules.entries()) {
      if (!matches(rule)) continue;
      if (rule.times !== undefined && (this.hits[index] ?? 0) >= rule.times) continue;
      if (rule.probability < 1 && fraction(`${this.current.seed}/${index}/${draw}`) >= rule.probability)
        continue;
      return { rule, index };
    }
    return undefined;
  }
}

function fraction(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
