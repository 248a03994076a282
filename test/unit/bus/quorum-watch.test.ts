import { describe, expect, it } from 'vitest';
import { isAlone } from '#bus/quorum-watch.ts';

const SECOND_NS = 1_000_000_000;
const led = (...activeNs: number[]) => ({
  cluster: { leader: 'n1', replicas: activeNs.map((active) => ({ active })) },
});

describe('a leader that answers', () => {
  it('has a majority when one of two followers was heard', () => {
    expect(isAlone(led(SECOND_NS / 2, 60 * SECOND_NS))).toBe(false);
  });

  it('is alone when no follower was heard for three seconds', () => {
    expect(isAlone(led(3 * SECOND_NS, 60 * SECOND_NS))).toBe(true);
  });

  it('is alone when those that it heard are said to be offline', () => {
    const replicas = [
      { active: 0, offline: true },
      { active: 0, offline: true },
    ];
    expect(isAlone({ cluster: { replicas } })).toBe(true);
  });

  it('is never alone when its stream has no copies', () => {
    expect(isAlone({ cluster: { leader: 'n1' } })).toBe(false);
    expect(isAlone({})).toBe(false);
  });
});
