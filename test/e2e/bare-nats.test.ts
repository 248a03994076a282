/** Without any of our code: a NATS client publishes and requests on `windlass.>`, as `nats pub` and `nats req` do. */
import { randomUUID } from 'node:crypto';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDeployment, type TestDeployment } from './deployment.ts';

const START_TIMEOUT_MS = 180_000;

type Refusal = {
  error: { code: number; err_code: number; description: string };
  problems: { code: string; place: string; message: string; remedy: string }[];
};
type Accepted = { stream: string; seq: number; status: string; executionId: string; requestId: string };

const wait = (name: string) => ({ application: 'bare', name, stages: [{ type: 'wait', waitTime: 0 }] });

describe('a bare NATS client', () => {
  let deployment: TestDeployment;
  let nats: NatsConnection;

  beforeAll(async () => {
    deployment = await startTestDeployment();
    nats = await connect({ servers: deployment.natsUrl });
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await nats.close();
    await deployment.dispose();
  });

  const ask = async <T>(body: unknown): Promise<T> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return (await nats.request('windlass.deploy', text, { timeout: 20_000 })).json<T>();
  };

  /** Views of all executions, as they are republished. */
  const nextView = (wanted: (view: { detail: Record<string, unknown> }) => boolean) => {
    const views = nats.subscribe('chg.orca.*.*.execution.*');
    const found = (async () => {
      for await (const message of views) {
        const view = JSON.parse(message.headers?.get('Windlass-View') ?? 'null') as {
          detail: Record<string, unknown>;
        };
        if (wanted(view)) return view;
      }
      throw new Error('the connection closed');
    })();
    return { found, close: () => views.unsubscribe() };
  };

  const executionCount = async (name: string): Promise<number> => {
    const manager = await jetstreamManager(nats);
    const info = await manager.streams.info('KV_orca_0', { subjects_filter: '$KV.orca_0.s.*.execution.*' });
    const subjects = Object.keys(info.state.subjects ?? {});
    const stored = await Promise.all(
      subjects.map((subject) => manager.streams.getMessage('KV_orca_0', { last_by_subj: subject })),
    );
    return stored.filter((message) => message?.header.get('Windlass-View').includes(`"name":"${name}"`))
      .length;
  };

  const deadLetters = async (): Promise<{ subject: string; reason: { code: string }[]; raw: string }[]> => {
    const manager = await jetstreamManager(nats);
    const { state } = await manager.streams.info('DEAD');
    const letters = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      letters.push(
        (await manager.streams.getMessage('DEAD', { seq }))?.json<{
          subject: string;
          reason: { code: string }[];
          raw: string;
        }>(),
      );
    }
    return letters.flatMap((letter) => (letter ? [letter] : []));
  };

  it('starts a pipeline by a plain publish', async () => {
    const watching = nextView(
      ({ detail }) => detail['name'] === 'published' && detail['status'] === 'SUCCEEDED',
    );
    await nats.flush();

    nats.publish('windlass.deploy', JSON.stringify({ pipeline: wait('published') }));

    await expect(watching.found).resolves.toMatchObject({
      detail: { application: 'bare', user: 'anonymous' },
    });
    watching.close();
  });

  it('is answered with an acknowledgement when it requests', async () => {
    const requestId = randomUUID();

    const answer = await ask<Accepted>({ requestId, pipeline: wait('requested') });

    expect(answer).toMatchObject({ stream: 'REQUESTS', status: 'accepted', requestId });
    expect(answer.seq).toBeGreaterThan(0);
    expect(answer.executionId).toMatch(/^x[0-9a-f]{19}$/);
  });

  it('is told when its JSON is invalid, and the request is parked with the reason', async () => {
    const raw = `{"pipeline": ${randomUUID()}`;

    const answer = await ask<Refusal>(raw);

    expect(answer.error.err_code).toBe(400);
    expect(answer.problems).toMatchObject([{ code: 'JSON_INVALID', place: '$' }]);
    expect(await deadLetters()).toContainEqual(
      expect.objectContaining({
        subject: 'windlass.deploy',
        raw,
        reason: [expect.objectContaining({ code: 'JSON_INVALID' })],
      }),
    );
  });

  it('parks an invalid publish that nobody waits for', async () => {
    const raw = `no JSON ${randomUUID()}`;
    const dead = nats.subscribe('dead.>', { max: 1 });
    await nats.flush();

    nats.publish('windlass.deploy', raw);

    for await (const message of dead) expect(message.json()).toMatchObject({ raw });
  });

  it('starts one execution only when the same request id comes twice', async () => {
    const request = { requestId: randomUUID(), pipeline: wait('twice') };

    const first = await ask<Accepted>(request);
    const second = await ask<Accepted>(request);

    expect(second.executionId).toBe(first.executionId);
    expect(await executionCount('twice')).toBe(1);
  });

  it.each([
    {
      what: 'an unknown stage type',
      stages: [{ type: 'deployToTheMoon' }],
      problem: { code: 'STAGE_TYPE_UNKNOWN', place: 'stages[0].type' },
    },
    {
      what: 'a cycle in the graph',
      stages: [
        { refId: 'a', requisiteStageRefIds: ['b'], type: 'wait', waitTime: 1 },
        { refId: 'b', requisiteStageRefIds: ['a'], type: 'wait', waitTime: 1 },
      ],
      problem: { code: 'STAGE_CYCLE', place: 'stages[0].requisiteStageRefIds' },
    },
    {
      what: 'an account that nobody serves',
      stages: [
        {
          type: 'createServerGroup',
          credentials: 'no-such-account',
          region: 'us-east-1',
          amiName: 'payments-1.4.2-x86_64',
          instanceType: 't3.small',
          capacity: { min: 1, desired: 1, max: 1 },
        },
      ],
      problem: { code: 'ACCOUNT_UNKNOWN', place: 'stages[0].credentials' },
    },
    {
      what: 'a field of the wrong type',
      stages: [{ refId: 'a', type: 7 }],
      problem: { code: 'FIELD_INVALID', place: '$.pipeline.stages[0].type' },
    },
  ])('is told code, place and remedy for $what, and nothing starts', async ({ stages, problem }) => {
    const name = randomUUID();

    const answer = await ask<Refusal>({ pipeline: { application: 'bare', name, stages } });

    expect(answer.problems).toMatchObject([problem]);
    expect(answer.problems[0]?.remedy).not.toBe('');
    expect(await executionCount(name)).toBe(0);
  });

  it('is told that 1 MB is too much, and nothing starts', async () => {
    const name = randomUUID();
    const body = JSON.stringify({ pipeline: { ...wait(name), description: 'x'.repeat(1_000_000) } });

    const answer = await ask<Refusal>(body);

    expect(answer.problems).toMatchObject([{ code: 'REQUEST_TOO_LARGE', place: '$' }]);
    expect(await executionCount(name)).toBe(0);
  });
});
