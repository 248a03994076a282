import { describe, expect, it } from 'vitest';
import { ActiveFaults, type CallIdentity } from '#services/aws-double/faults/fault-plan.ts';
import { FaultPlan } from '#services/aws-double/faults/fault-rule.ts';

const CALL: CallIdentity = {
  account: '123456789012',
  region: 'us-east-1',
  service: 'autoscaling',
  action: 'CreateAutoScalingGroup',
};

function active(plan: unknown): ActiveFaults {
  const faults = new ActiveFaults();
  faults.replace(FaultPlan.parse(plan));
  return faults;
}

function hitsOf(faults: ActiveFaults): boolean[] {
  return Array.from({ length: 2_000 }, (_, draw) => faults.forCall(CALL, `call/${draw}`) !== undefined);
}

describe('fault rules', () => {
  it('hit the same calls when the seed is the same, and others when it is not', () => {
    const rules = [{ fault: 'throttle', probability: 0.04 }];
    const first = hitsOf(active({ rules, seed: 7 }));
    expect(hitsOf(active({ rules, seed: 7 }))).toEqual(first);
    expect(hitsOf(active({ rules, seed: 8 }))).not.toEqual(first);
  });

  it('hit about the share of calls that the probability says', () => {
    const hits = hitsOf(active({ rules: [{ fault: 'throttle', probability: 0.04 }] })).filter(Boolean).length;
    expect(hits).toBeGreaterThan(40);
    expect(hits).toBeLessThan(130);
  });

  it('hit only what they match', () => {
    for (const match of [
      { region: 'us-west-2' },
      { service: 'ec2' },
      { account: '222222222222' },
      { action: 'X' },
    ]) {
      expect(active({ rules: [{ match, fault: 'throttle' }] }).forCall(CALL, '1')).toBeUndefined();
    }
    const match = { service: 'autoscaling', region: 'us-east-1', action: 'CreateAutoScalingGroup' };
    expect(active({ rules: [{ match, fault: 'throttle' }] }).forCall(CALL, '1')?.index).toBe(0);
  });

  it('stop when they have hit as often as they may', () => {
    const faults = active({ rules: [{ fault: 'throttle', times: 2 }] });
    faults.record(0);
    expect(faults.forCall(CALL, '1')).toBeDefined();
    faults.record(0);
    expect(faults.forCall(CALL, '2')).toBeUndefined();
  });

  it('keep capacity for launches and everything else for calls', () => {
    const faults = active({ rules: [{ fault: 'capacity', match: { group: 'payments-v001' } }] });
    const scope = { account: CALL.account, region: CALL.region };
    expect(faults.forCall(CALL, '1')).toBeUndefined();
    expect(faults.forLaunch({ ...scope, group: 'payments-v001' }, '1')).toBeDefined();
    expect(faults.forLaunch({ ...scope, group: 'payments-v002' }, '1')).toBeUndefined();
  });
});
