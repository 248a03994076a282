/** Every example does what it says, through the command line, against one whole deployment. */
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActorView } from '#contracts/actor-view.ts';
import type { ExecutionView } from '#contracts/execution.ts';
import { readServerGroups, type FoundServerGroup } from '#services/cli/providers/aws/read-server-groups.ts';
import { startTestDeployment, windlass, type CliResult, type TestDeployment } from './deployment.ts';

const RUN_TIMEOUT_MS = 180_000;

describe('example pipelines', () => {
  let deployment: TestDeployment;
  let env: Record<string, string>;

  beforeAll(async () => {
    deployment = await startTestDeployment();
    env = { NATS_URL: deployment.natsUrl };
  }, RUN_TIMEOUT_MS);
  afterAll(async () => {
    await deployment.dispose();
  });

  const run = (file: string, ...words: string[]): Promise<CliResult> =>
    windlass(['pipeline', 'run', `examples/pipelines/${file}`, '--watch', '-o', 'json', ...words], { env });

  const statusesOf = ({ stdout }: CliResult): Record<string, string> =>
    Object.fromEntries(
      (JSON.parse(stdout) as ExecutionView).stages.map(({ refId, status }) => [refId, status]),
    );

  const cluster = async (name: string, regions: readonly string[]): Promise<FoundServerGroup[]> => {
    const groups = await readServerGroups({ endpoint: deployment.awsUrl, regions, application: 'payments' });
    return groups.filter((group) => group.name.replace(/-v\d{3}$/, '') === name);
  };

  it(
    '01 tries a canary, then replaces both regions one after the other',
    async () => {
      const result = await run(
        '01-red-black-two-regions.json',
        '--param',
        `testService=${deployment.smokeTestUrl}`,
      );

      expect(result.stderr).toContain('SUCCEEDED');
      expect(result.exitCode).toBe(0);
      expect(new Set(Object.values(statusesOf(result)))).toEqual(new Set(['SUCCEEDED']));
      expect(await cluster('payments', ['us-east-1', 'us-east-2'])).toEqual(
        ['us-east-1', 'us-east-2'].flatMap((region) => [
          { region, name: 'payments-v000', enabled: false, instances: 2, image: 'payments-1.4.1-x86_64' },
          { region, name: 'payments-v001', enabled: true, instances: 2, image: 'payments-1.4.2-x86_64' },
        ]),
      );
      expect(await cluster('payments-canary', ['us-east-1'])).toEqual([]);
    },
    RUN_TIMEOUT_MS,
  );

  it('01 runs the removal of the canary and the first region at the same time', async () => {
    const { stdout } = await windlass(['execution', 'ls', '-o', 'json'], { env });
    const execution = (JSON.parse(stdout) as ExecutionView[]).find(
      ({ name }) => name === 'Deploy to production',
    );
    const got = await windlass(['execution', 'get', execution?.executionId ?? '', '-o', 'json'], { env });
    const { actors } = JSON.parse(got.stdout) as { actors: ActorView[] };
    const stage = (refId: string): ActorView | undefined =>
      actors.find(({ detail }) => (detail as { refId?: string } | undefined)?.refId === refId);
    const [removal, region] = [stage('6'), stage('7')];
    expect(removal?.startedAtMs).toBeLessThan(region?.updatedAtMs ?? 0);
    expect(region?.startedAtMs).toBeLessThan(removal?.updatedAtMs ?? 0);
  });

  it(
    '02 waits for a person and goes on after the judgment',
    async () => {
      const started = await windlass(['pipeline', 'run', 'examples/pipelines/02-manual-judgment.json'], {
        env,
      });
      const executionId = started.stdout.trim();
      await untilStage(env, executionId, { refId: '1', status: 'RUNNING' });
      expect(await cluster('payments-qa', ['us-west-2'])).toEqual([]);

      const judged = await windlass(['execution', 'judge', executionId, '--stage', '1', '--continue'], {
        env,
      });

      expect(judged).toMatchObject({ exitCode: 0, stdout: `${executionId}\n` });
      const watched = await windlass(['execution', 'watch', executionId], { env });
      expect(watched.exitCode).toBe(0);
      expect(await cluster('payments-qa', ['us-west-2'])).toMatchObject([
        { name: 'payments-qa-v000', instances: 1 },
      ]);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    '03 deploys to three regions at once',
    async () => {
      const result = await run('03-parallel-regions.json');

      expect(result.exitCode).toBe(0);
      expect(await cluster('payments-edge', ['us-east-1', 'us-east-2', 'us-west-2'])).toMatchObject(
        ['us-east-1', 'us-east-2', 'us-west-2'].map((region) => ({
          region,
          name: 'payments-edge-v000',
          enabled: true,
          instances: 1,
        })),
      );
    },
    RUN_TIMEOUT_MS,
  );

  it(
    '04 replaces a server group and leaves no older one',
    async () => {
      const result = await run('04-highlander.json');

      expect(result.exitCode).toBe(0);
      expect(await cluster('payments-test', ['us-west-2'])).toMatchObject([
        { name: 'payments-test-v004', enabled: true, instances: 1 },
      ]);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    '05 takes a server group through its whole life',
    async () => {
      const result = await run('05-resize-disable-destroy.json');

      expect(result.exitCode).toBe(0);
      expect(statusesOf(result)).toEqual({
        create: 'SUCCEEDED',
        resize: 'SUCCEEDED',
        disable: 'SUCCEEDED',
        enable: 'SUCCEEDED',
        destroy: 'SUCCEEDED',
      });
      expect(result.stderr).toContain('resizeServerGroup test us-east-1 payments-batch-v000  succeeded');
      expect(await cluster('payments-batch', ['us-east-1'])).toEqual([]);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    '06 fails where it may and succeeds as a whole',
    async () => {
      const result = await run('06-failure-flags.json');

      expect(statusesOf(result)).toEqual({
        ignored: 'FAILED_CONTINUE',
        'after-ignored': 'SUCCEEDED',
        'halts-branch': 'STOPPED',
        never: 'NOT_STARTED',
        other: 'SUCCEEDED',
      });
      expect(result.exitCode).toBe(0);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    '07 takes parameters from the request and from the command line',
    async () => {
      const result = await run('07-parameters.yaml', '--param', 'note=from the command line');

      expect(result.exitCode).toBe(0);
      expect((JSON.parse(result.stdout) as ExecutionView).stages[0]?.name).toBe(
        'First: from the command line',
      );
    },
    RUN_TIMEOUT_MS,
  );

  it('has a test for each example', async () => {
    const files = await readdir('examples/pipelines');
    expect(files.filter((file) => /^\d\d-/.test(file)).map((file) => file.slice(0, 2))).toEqual([
      '01',
      '02',
      '03',
      '04',
      '05',
      '06',
      '07',
    ]);
  });
});

async function untilStage(
  env: Record<string, string>,
  executionId: string,
  wanted: { refId: string; status: string },
): Promise<void> {
  for (;;) {
    const { stdout } = await windlass(['execution', 'get', executionId, '-o', 'json'], { env });
    const stages = stdout === '' ? [] : (JSON.parse(stdout) as { execution: ExecutionView }).execution.stages;
    if (stages.some(({ refId, status }) => refId === wanted.refId && status === wanted.status)) return;
  }
}
