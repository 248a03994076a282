/**
 * The whole system of docker-compose.yml, asked over bare NATS and judged by the AWS double's ledger.
 * Needs a Docker engine: tools/docker-engine.sh brings one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { addressOf } from '#contracts/address.ts';
import { ExecutionView } from '#contracts/execution.ts';
import { requestSubjects } from '#contracts/subjects.ts';
import { Topology } from '#contracts/topology.ts';
import { RequestAnswer } from '#contracts/user-request.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { demoImageId } from '#services/aws-double/seed/demo.ts';
import { composeSystem } from '#test/support/compose-system.ts';

const REGION = 'us-east-1';
/** Building the image, starting nine containers and deploying take longer than one test usually may. */
const SYSTEM_TIMEOUT_MS = 300_000;
const LOOK_AGAIN_MS = 250;

type Life = { id: string; name?: string; endedAtMs?: number };

describe('the whole system', () => {
  const system = composeSystem();
  const topology = Topology.parse({ replicas: 3 });
  let bus: Bus;

  beforeAll(async () => {
    await system.compose(
      'up',
      '--build',
      '--detach',
      '--wait',
      '--scale',
      'orca=2',
      '--scale',
      'clouddriver=3',
    );
    bus = await connectBus({ servers: [await system.placeOf('nats-1', 4222)], name: 'test' });
  }, SYSTEM_TIMEOUT_MS);
  afterAll(async () => {
    await bus?.close();
    await system.remove();
  }, SYSTEM_TIMEOUT_MS);

  /** Asks for a red/black deployment until it is stored; the request id makes a repeat harmless. */
  async function deploy(requestId: string): Promise<string> {
    const stage = {
      refId: '1',
      type: 'createServerGroup',
      account: 'test',
      credentials: 'test',
      cloudProvider: 'aws',
      application: 'payments',
      strategy: 'redblack',
      region: REGION,
      availabilityZones: { [REGION]: [`${REGION}a`, `${REGION}b`] },
      amiName: demoImageId(REGION, '1.4.2'),
      instanceType: 'm5.large',
      capacity: { min: 1, max: 1, desired: 1 },
      subnetType: 'internal',
      securityGroups: ['payments'],
      targetGroups: ['payments'],
    };
    const body = JSON.stringify({
      requestId,
      pipeline: { application: 'payments', name: requestId, stages: [stage] },
    });
    for (;;) {
      const reply = await bus.request(requestSubjects.deploy, body, { timeout: 5_000 }).catch(() => null);
      const answer = reply && RequestAnswer.parse(reply.json());
      if (answer && 'error' in answer) throw new Error(answer.error.description);
      if (answer?.executionId) return answer.executionId;
      await sleep(LOOK_AGAIN_MS);
    }
  }

  async function view(executionId: string): Promise<{ status: string; ended: boolean }> {
    const address = addressOf({ service: 'orca', type: 'execution', root: executionId, id: executionId });
    const found = await new JetStreamViews({ bus, topology }).read(address).catch(() => null);
    if (!found) return { status: 'unknown', ended: false };
    return { status: ExecutionView.parse(found.detail).status, ended: found.status !== 'active' };
  }

  async function ended(executionId: string): Promise<string> {
    for (;;) {
      const { status, ended: isOver } = await view(executionId);
      if (isOver) return status;
      await sleep(LOOK_AGAIN_MS);
    }
  }

  async function serverGroups(): Promise<string[]> {
    const place = await system.placeOf('aws-double', 4566);
    const answer = await fetch(`http://${place}/_double/resources?kind=autoScalingGroup&region=${REGION}`);
    const { resources } = (await answer.json()) as { resources: Life[] };
    return resources.map(({ id, name }) => name ?? id).toSorted();
  }

  it(
    'ends a deployment although a clouddriver node and a NATS node are killed on the way',
    async () => {
      const executionId = await deploy('first');
      await system.kill('clouddriver', 1, 'SIGKILL');
      await system.kill('nats-3', 1, 'SIGKILL');

      expect(await ended(executionId)).toBe('SUCCEEDED');
      expect(await serverGroups()).toEqual(['payments-v000', 'payments-v001']);
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'goes on with fewer nodes after the others drained',
    async () => {
      await system.compose(
        'up',
        '--detach',
        '--no-recreate',
        '--wait',
        '--scale',
        'orca=1',
        '--scale',
        'clouddriver=1',
      );

      expect(await ended(await deploy('second'))).toBe('SUCCEEDED');
      expect(await serverGroups()).toEqual(['payments-v000', 'payments-v001', 'payments-v002']);
    },
    SYSTEM_TIMEOUT_MS,
  );

  it('starts nothing when the same request comes again', async () => {
    const first = await deploy('second');
    expect(await deploy('second')).toBe(first);
    expect(await serverGroups()).toHaveLength(3);
  });

  it(
    'serves the console with the page that the image was built with',
    async () => {
      await system.compose('up', '--detach', '--no-recreate', '--wait', 'console');
      const place = await system.placeOf('console', 4200);
      const page = await fetch(`http://${place}/`);
      expect(page.status).toBe(200);
      const [script] = /\/assets\/page\.js/.exec(await page.text()) ?? [''];
      for (const asset of [script, '/assets/style.css', '/assets/elk-worker.js']) {
        const answer = await fetch(`http://${place}${asset}`);
        expect({ asset, status: answer.status }).toEqual({ asset, status: 200 });
      }
      const live = await fetch(`http://${place}/live`);
      const { value } = (await live.body?.getReader().read()) ?? {};
      expect(Buffer.from(value ?? []).toString()).toContain('data:');
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'answers the command line from a container of its own',
    async () => {
      const printed = await system.compose('run', '--rm', '-T', 'cli', 'execution', 'ls', '--output', 'json');
      const executions = JSON.parse(printed) as { name: string; status: string }[];
      expect(executions.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    },
    SYSTEM_TIMEOUT_MS,
  );
});
