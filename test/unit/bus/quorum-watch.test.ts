import { describe, expect, it } from 'vitest';
import { isCutOff } from '#bus/quorum-watch.ts';

const SECOND_NS = 1_000_000_000;
const led = (...activeNs: number[]) => ({
  cluster: { leader: 'n1', replicas: activeNs.map((active) => ({ active })) },
});

describe('a server that answers for a stream', () => {
  it('has a majority when one of two followers was heard', () => {
    expect(isCutOff(led(SECOND_NS / 2, 60 * SECOND_NS))).toBe(false);
  });

  it('is cut off when no follower was heard for three seconds', () => {
    expect(isCutOff(led(3 * SECOND_NS, 60 * SECOND_NS))).toBe(true);
  });

  it('is cut off when those that it heard are said to be offline', () => {
    const replicas = [
      { active: 0, offline: true },
      { active: 0, offline: true },
    ];
    expect(isCutOff({ cluster: { leader: 'n1', replicas } })).toBe(true);
  });

  it('is cut off when it knows no leader, whatever it says of the copies', () => {
    const replicas = [
      { active: 0, current: false },
      { active: 0, current: false },
      { active: SECOND_NS, current: true },
    ];
    expect(isCutOff({ cluster: { replicas } })).toBe(true);
  });

  it('is not cut off when its stream has no copies', () => {
    expect(isCutOff({ cluster: { leader: 'n1' } })).toBe(false);
    expect(isCutOff({})).toBe(false);
  });
});
