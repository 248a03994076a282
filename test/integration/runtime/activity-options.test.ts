/** Activities of library users on a real server: large outputs, results by token, and how long a task may wait. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Client } from '#door/client.ts';
import { runWorker, type Worker } from '#door/worker.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { approve, report } from '#test/compile/report.ts';

const ROWS = 30_000;

describe('activities through the door', () => {
  let server: TestNatsServer;
  let worker: Worker;
  let client: Client;
  const counted: number[] = [];
  let gotToken: (token: string) => void = () => undefined;
  const token = new Promise<string>((resolve) => (gotToken = resolve));

  beforeAll(async () => {
    server = await startTestNatsServer();
    const at = { servers: [server.url], service: 'office' };
    worker = await runWorker({
      ...at,
      actors: [report],
      activities: {
        print: async ({ rows }) => Array.from({ length: rows }, (_, row) => `row ${row}`),
        count: async ({ pages }) => {
          counted.push(pages.length);
          return pages.length;
        },
        approve: async (_input, { completeLater }) => {
          gotToken(completeLater());
          return { by: 'nobody yet' };
        },
      },
    });
    client = await connect(at);
  });
  afterAll(async () => {
    await client.close();
    await worker.stop();
    await server.dispose();
  });

  it('hand on a large output by reference, and end by token with a checked result', async () => {
    const handle = await client.start(report, { id: 'r1', input: { rows: ROWS } });
    const attempt = client.activity(approve, await token);
    await expect(attempt.heartbeat({ asked: 'Eve' })).resolves.toBe('taken');
    await expect(attempt.complete({ from: 'Eve' } as never)).rejects.toMatchObject({
      code: 'ACTIVITY_OUTPUT_INVALID',
    });
    await expect(attempt.complete({ by: 'Eve' })).resolves.toBe('taken');
    await expect(attempt.complete({ by: 'Eve' })).rejects.toMatchObject({ code: 'ACTIVITY_TOKEN_STALE' });

    const output = await handle.result();
    expect(output).toMatchObject({ count: ROWS, approvedBy: 'Eve' });
    expect(counted).toEqual([ROWS]);
    expect(output.rows.sizeBytes).toBeGreaterThan(128 * 1024);
    expect(await client.payload(output.rows)).toHaveLength(ROWS);
  });

  it('are refused to a client of another service, with the name of theirs', async () => {
    const elsewhere = await connect({ servers: [server.url], service: 'other' });
    const given = await token;
    expect(() => elsewhere.activity(approve, given)).toThrow("connect({ service: 'office' })");
    await elsewhere.close();
  });
});
