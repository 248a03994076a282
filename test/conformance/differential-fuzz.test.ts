/** Random statecharts against XState's own live actor: equal after every command, but for what is listed. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCampaign } from './fuzz/campaign.ts';
import { ALLOWED_DIFFERENCES } from './fuzz/differences.ts';

const SEEDS = [1, 2, 3, 4];
const MACHINES_PER_SEED = 120;

const TIMEOUT_MS = 240_000;

describe('random statecharts', () => {
  // live XState warns of events to children that have ended
  beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
  afterAll(() => void vi.restoreAllMocks());

  it.each(SEEDS)(
    'act as they do in XState itself, seed %i',
    async (seed) => {
      const { failure, ends, machines, compared } = await runCampaign({ seed, machines: MACHINES_PER_SEED });
      expect(failure).toBeUndefined();
      expect(machines).toBe(MACHINES_PER_SEED);
      // the runs have been worth something: most went to their end, and few could not be used
      const { complete = 0, invalid = 0, refused = 0 } = ends;
      expect(complete).toBeGreaterThan(machines / 3);
      expect(invalid + refused).toBeLessThan(machines / 10);
      expect(compared).toBeGreaterThan(machines * 5);
    },
    TIMEOUT_MS,
  );

  it('differ only where a reason is written down', () => {
    for (const { id, what, why } of ALLOWED_DIFFERENCES)
      expect([id, what, why].every((text) => text !== '')).toBe(true);
    expect(new Set(ALLOWED_DIFFERENCES.map(({ id }) => id)).size).toBe(ALLOWED_DIFFERENCES.length);
  });
});
