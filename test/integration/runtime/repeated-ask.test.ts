/** A read that nobody answers is made again: whoever becomes the leader meanwhile has not heard it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { askRepeatedly } from '#bus/repeated-ask.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';

let server: TestNatsServer;
let bus: Bus;

beforeAll(async () => {
  server = await startTestNatsServer();
  bus = await connectBus({ servers: [server.url], name: 'repeated-ask-test' });
});

afterAll(async () => {
  await bus.close();
  await server.dispose();
});

/** Answers as told: by number of the request, beginning with 1. */
function answerer(subject: string, answer: (count: number, respond: () => void) => void): { count: number } {
  const heard = { count: 0 };
  bus.subscribe(subject, {
    callback: (_, message) => {
      heard.count += 1;
      const { count } = heard;
      answer(count, () => message.respond(`answer ${count}`));
    },
  });
  return heard;
}

const asked = async (subject: string, timeoutMs = 2_000): Promise<string> =>
  (await askRepeatedly(bus, { subject, body: '', timeoutMs })).string();

describe('a read that is repeated while nobody answers', () => {
  it('is answered when only the second one is heard by somebody who answers', async () => {
    const heard = answerer('deaf', (count, respond) => count === 2 && respond());
    expect(await asked('deaf')).toBe('answer 2');
    expect(heard.count).toBe(2);
  });

  it('takes the answer to the first one when that comes late', async () => {
    const heard = answerer('slow', (count, respond) => count === 1 && setTimeout(respond, 1_200));
    expect(await asked('slow')).toBe('answer 1');
    expect(heard.count).toBe(3);
  });

  it('is made once when it is answered at once', async () => {
    const heard = answerer('quick', (_, respond) => respond());
    expect(await asked('quick')).toBe('answer 1');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(heard.count).toBe(1);
  });

  it('fails when nobody answers at all, and at once when nobody is there', async () => {
    const heard = answerer('silent', () => undefined);
    await expect(asked('silent', 1_200)).rejects.toThrow('timeout');
    expect(heard.count).toBe(3);
    await expect(asked('nobody')).rejects.toThrow('no responders');
  });
});
