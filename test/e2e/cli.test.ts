/** The command line as scripts use it: exit codes, streams, formats, and errors that say what to do next. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestNatsServer } from '#test/support/nats-server.ts';
import { startTestDeployment, windlass, type TestDeployment } from './deployment.ts';

const START_TIMEOUT_MS = 180_000;
const NOWHERE = { NATS_URL: '127.0.0.1:1' };

const pipeline = (stages: readonly object[]): string =>
  JSON.stringify({ application: 'scripts', name: 'from a script', stages });
const waiting = (seconds: number): string =>
  pipeline([{ refId: '1', type: 'wait', name: 'Rest', waitTime: seconds }]);

describe('windlass without a deployment', () => {
  it.each([
    { what: 'an unknown command', words: ['deply'], code: 2 },
    { what: 'an unknown option', words: ['execution', 'ls', '--all'], code: 2 },
    { what: 'a limit that is no number', words: ['execution', 'ls', '--limit', 'many'], code: 2 },
    { what: 'help', words: ['--help'], code: 0 },
    { what: 'a file that is not there', words: ['pipeline', 'validate', 'nowhere.json'], code: 2 },
    { what: 'a server that is not there', words: ['execution', 'ls'], code: 1 },
  ])('ends with $code for $what', async ({ words, code }) => {
    const { exitCode } = await windlass(words, { env: NOWHERE });
    expect(exitCode).toBe(code);
  });

  it('says what happened, why, and what to do next, with a code', async () => {
    const { stdout, stderr } = await windlass(['execution', 'ls'], { env: NOWHERE });
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^error: No NATS server answers at 127\.0\.0\.1:1\.\n {2}why: .+\n {2}next: .+\n {2}code: NATS_UNREACHABLE\n$/,
    );
  });

  it('validates a pipeline from standard input', async () => {
    const good = await windlass(['pipeline', 'validate', '-'], { input: waiting(1) });
    const bad = await windlass(['pipeline', 'validate', '-', '-o', 'json'], {
      input: pipeline([{ type: 'wat' }]),
    });

    expect(good).toMatchObject({ exitCode: 0, stdout: '- is valid\n' });
    expect(bad.exitCode).toBe(2);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      valid: false,
      problems: [{ code: 'STAGE_TYPE_UNKNOWN' }],
    });
  });
});

describe('windlass where nobody answers', () => {
  it(
    'ends with 124 for a request that is stored and finds no orca, and the doctor says so',
    async () => {
      const deployment = await startTestDeployment({ orca: 0 });
      try {
        const env = { NATS_URL: deployment.natsUrl };
        const run = await windlass(['pipeline', 'run', '-'], { env, input: waiting(0) });
        expect(run.stderr).toContain('REQUEST_UNANSWERED');
        expect(run.exitCode).toBe(124);

        const doctor = await windlass(['doctor'], { env });
        expect(doctor.stdout).toContain('no node of orca answers');
        expect(doctor.exitCode).toBe(1);
      } finally {
        await deployment.dispose();
      }
    },
    START_TIMEOUT_MS,
  );

  it('ends with 3 on a server that no service ever started on', async () => {
    const server = await startTestNatsServer();
    try {
      const env = { NATS_URL: server.url };
      expect((await windlass(['execution', 'ls'], { env })).exitCode).toBe(3);
      expect((await windlass(['doctor'], { env })).exitCode).toBe(1);
    } finally {
      await server.dispose();
    }
  });

  it('ends with 4 when the server refuses the user, and connects with the right one', async () => {
    const server = await startTestNatsServer({
      extraConfig: 'authorization { user: ada, password: secret }',
    });
    try {
      const refused = await windlass(['execution', 'ls'], { env: { NATS_URL: server.url } });
      expect(refused.stderr).toContain('NATS_UNAUTHORIZED');
      expect(refused.exitCode).toBe(4);
      const withPassword = server.url.replace('nats://', 'nats://ada:secret@');
      const known = await windlass(['execution', 'ls'], { env: { NATS_URL: withPassword } });
      expect(known.stderr).toContain('DEPLOYMENT_EMPTY');
    } finally {
      await server.dispose();
    }
  });
});

describe('windlass with a deployment', () => {
  let deployment: TestDeployment;
  let env: Record<string, string>;

  beforeAll(async () => {
    deployment = await startTestDeployment();
    env = { NATS_URL: deployment.natsUrl };
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await deployment.dispose();
  });

  const start = async (text: string): Promise<string> => {
    const { stdout } = await windlass(['pipeline', 'run', '-'], { env, input: text });
    return stdout.trim();
  };

  it('prints the id first and ends with 0 when the pipeline succeeded', async () => {
    const { exitCode, stdout, stderr } = await windlass(['pipeline', 'run', '-', '--watch'], {
      env,
      input: waiting(1),
    });
    expect(stdout).toMatch(/^x[0-9a-f]{19}\nSUCCEEDED\n$/);
    expect(stderr).toContain('✔ 1 Rest  SUCCEEDED');
    expect(exitCode).toBe(0);
  });

  it('ends with 5 when the pipeline failed', async () => {
    const failing = pipeline([
      {
        type: 'checkPreconditions',
        preconditions: [
          { type: 'stageStatus', context: { stageName: 'no such stage', stageStatus: 'SUCCEEDED' } },
        ],
      },
    ]);
    const { exitCode, stdout, stderr } = await windlass(['pipeline', 'run', '-', '--watch'], {
      env,
      input: failing,
    });
    expect(stdout).toMatch(/TERMINAL\n$/);
    expect(stderr).toContain('PRECONDITION_UNMET');
    expect(exitCode).toBe(5);
  });

  it('ends with 2 and names code, place and remedy when the pipeline is refused', async () => {
    const { exitCode, stdout, stderr } = await windlass(['pipeline', 'run', '-'], {
      env,
      input: pipeline([{ type: 'deployToTheMoon' }]),
    });
    expect(stdout).toBe('');
    expect(stderr).toContain('STAGE_TYPE_UNKNOWN at stages[0].type');
    expect(exitCode).toBe(2);
  });

  it('starts one execution for one request id', async () => {
    const words = ['pipeline', 'run', '-', '--request-id', randomUUID(), '-o', 'json'];
    const first = await windlass(words, { env, input: waiting(0) });
    const second = await windlass(words, { env, input: waiting(0) });
    expect(JSON.parse(second.stdout)).toEqual(JSON.parse(first.stdout));
  });

  it.each(['get', 'watch', 'pause', 'resume'])(
    'ends with 3 for `execution %s` of an unknown id',
    async (verb) => {
      const { exitCode, stderr } = await windlass(['execution', verb, 'xnever'], { env });
      expect(stderr).toContain('EXECUTION_NOT_FOUND');
      expect(exitCode).toBe(3);
    },
  );

  it('pauses, resumes and cancels', async () => {
    const executionId = await start(waiting(600));

    expect((await windlass(['execution', 'pause', executionId], { env })).exitCode).toBe(0);
    const paused = await windlass(['execution', 'ls', '--status', 'PAUSED'], { env });
    expect(paused.stdout).toContain(executionId);
    expect((await windlass(['execution', 'resume', executionId], { env })).exitCode).toBe(0);
    const canceled = await windlass(['execution', 'cancel', executionId, '--reason', 'enough'], { env });
    expect(canceled).toMatchObject({ exitCode: 0, stdout: `${executionId}\n` });
    const watched = await windlass(['execution', 'watch', executionId], { env });
    expect(watched.stdout).toContain('enough');
    expect(watched.exitCode).toBe(5);
  });

  it('ends with 6 for a control that the state does not allow', async () => {
    const executionId = await start(waiting(0));
    await windlass(['execution', 'watch', executionId], { env });

    const { exitCode, stderr } = await windlass(['execution', 'pause', executionId], { env });

    expect(stderr).toContain('EXECUTION_ENDED');
    expect(exitCode).toBe(6);
  });

  it('ends with 6 for a judgment of a stage that does not wait for one', async () => {
    const executionId = await start(waiting(600));
    const words = ['execution', 'judge', executionId, '--stage', '9', '--continue'];
    const { exitCode, stderr } = await windlass(words, { env });
    expect(stderr).toContain('EXECUTION_REFUSED');
    expect(exitCode).toBe(6);
    await windlass(['execution', 'cancel', executionId, '--reason', 'end of the test'], { env });
  });

  it('ends with 124 when the wait is over, and the execution goes on', async () => {
    const { exitCode, stdout, stderr } = await windlass(
      ['pipeline', 'run', '-', '--watch', '--timeout', '1'],
      {
        env,
        input: waiting(600),
      },
    );
    const executionId = stdout.trim();
    expect(stderr).toContain('WATCH_TIMED_OUT');
    expect(exitCode).toBe(124);
    const got = await windlass(['execution', 'get', executionId], { env });
    expect(got.stdout).toContain('RUNNING');
    await windlass(['execution', 'cancel', executionId, '--reason', 'end of the test'], { env });
  });

  it('ends with 130 when it is interrupted, and the execution goes on', async () => {
    const executionId = await start(waiting(600));
    const { exitCode } = await windlass(['execution', 'watch', executionId], {
      env,
      interruptAfter: 'RUNNING',
    });
    expect(exitCode).toBe(130);
    await windlass(['execution', 'cancel', executionId, '--reason', 'end of the test'], { env });
  });

  it('finds itself well', async () => {
    const { exitCode, stdout } = await windlass(
      ['doctor', '--monitor', deployment.monitorUrl, '-o', 'json'],
      { env },
    );
    const report = JSON.parse(stdout) as {
      healthy: boolean;
      findings: { check: string; verdict: string; detail: string }[];
      owners: { service: string; partitions: number[] }[];
    };
    expect(report.healthy).toBe(true);
    expect(report.findings).toContainEqual(
      expect.objectContaining({ check: 'sync_interval', verdict: 'ok' }),
    );
    expect(report.owners.map(({ service, partitions }) => [service, partitions.length])).toEqual([
      ['clouddriver', 64],
      ['orca', 64],
    ]);
    expect(exitCode).toBe(0);
  });

  it('writes colours only when asked to', async () => {
    const plain = await windlass(['doctor'], { env });
    const coloured = await windlass(['doctor'], { env: { ...env, FORCE_COLOR: '1' } });
    const refused = await windlass(['doctor', '--no-color'], { env: { ...env, FORCE_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001B[');
    expect(coloured.stdout).toContain('\u001B[32mok');
    expect(refused.stdout).not.toContain('\u001B[');
  });
});
