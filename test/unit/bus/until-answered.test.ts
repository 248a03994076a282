import { errors } from '@nats-io/transport-node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Bus } from '#bus/connect.ts';
import { untilAnswered } from '#bus/until-answered.ts';

/** Connected all the time. */
const bus = { isClosed: () => false, status: async function* () {} } as unknown as Bus;

/** Requests that nobody answers, each of which seems to take so long. */
function unanswered({ ms, times = Infinity }: { ms: number; times?: number }) {
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const asked = { count: 0 };
  const request = async (): Promise<string> => {
    asked.count += 1;
    if (asked.count > times) return 'answer';
    nowMs += ms;
    throw new errors.TimeoutError();
  };
  return { request, asked };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a request that is repeated until it is answered', () => {
  it('is made again when the process stood still for a minute', async () => {
    const { request } = unanswered({ ms: 60_000, times: 1 });
    expect(await untilAnswered(bus, request)).toBe('answer');
  });

  it('is given up when nobody has answered for a minute', async () => {
    const { request, asked } = unanswered({ ms: 5_000 });
    await expect(untilAnswered(bus, request)).rejects.toThrow('timeout');
    expect(asked.count).toBe(12);
  });
});
