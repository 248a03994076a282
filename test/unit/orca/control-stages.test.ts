import { describe, expect } from 'vitest';
import type { JsonObject } from '#contracts/json.ts';
import { bothModes, fails, returns, type Mode, type Run } from '#test/support/machine-harness.ts';
import {
  aServerGroup,
  executionOf,
  runPipeline,
  ScriptedCloud,
  stageOf,
  statusesOf,
} from './pipeline-run.ts';

const SECOND_MS = 1_000;

function cloud(): ScriptedCloud {
  return new ScriptedCloud([
    aServerGroup('myapp-v001', { createdAtMs: 1_000, disabled: true }),
    aServerGroup('myapp-v002', { createdAtMs: 2_000, capacity: { min: 1, max: 5, desired: 2 } }),
    aServerGroup('myapp-v003', { createdAtMs: 3_000 }),
  ]);
}

async function runStage(mode: Mode, stage: JsonObject & { type: string }, scripted = cloud()): Promise<Run> {
  return runPipeline([{ refId: 's', ...stage }], { mode, actors: scripted.actors() });
}

describe('checkPreconditions', () => {
  const check = (preconditions: JsonObject[]) => ({ type: 'checkPreconditions', preconditions });
  const statusIs = (stageName: string, stageStatus: string, fields: JsonObject = {}) => ({
    type: 'stageStatus',
    context: { stageName, stageStatus },
    ...fields,
  });

  bothModes('goes on when an earlier stage has the status, and fails when not', async (mode) => {
    const earlier = { type: 'wait', name: 'Smoke test', waitTime: 0 };
    const good = await runPipeline([earlier, check([statusIs('Smoke test', 'SUCCEEDED')])], { mode });
    await good.advance(0);
    expect(executionOf(good).status).toBe('SUCCEEDED');
    const bad = await runPipeline([earlier, check([statusIs('Smoke test', 'TERMINAL')])], { mode });
    await bad.advance(0);
    expect(executionOf(bad)).toMatchObject({ status: 'TERMINAL', failure: { code: 'PRECONDITION_UNMET' } });
  });

  bothModes('stops its branch only when the precondition says so', async (mode) => {
    const run = await runPipeline([check([statusIs('Nobody', 'SUCCEEDED', { failPipeline: false })])], {
      mode,
    });
    expect(statusesOf(run)).toEqual({ '0': 'STOPPED' });
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });

  bothModes('counts the server groups of a cluster', async (mode) => {
    const size = (expected: number) => ({
      type: 'clusterSize',
      context: { cluster: 'myapp', credentials: 'mgmt', regions: ['us-west-2'], comparison: '<=', expected },
    });
    expect(executionOf(await runStage(mode, check([size(3)]))).status).toBe('SUCCEEDED');
    expect(executionOf(await runStage(mode, check([size(2)]))).status).toBe('TERMINAL');
  });

  bothModes('takes a parameter as an expression', async (mode) => {
    const expression = { type: 'expression', context: { expression: '${parameters.deploy}' } };
    const run = await runPipeline([check([expression])], { mode, parameters: { deploy: false } });
    expect(executionOf(run)).toMatchObject({ status: 'TERMINAL', failure: { code: 'PRECONDITION_UNMET' } });
  });
});

describe('manualJudgment', () => {
  bothModes('goes on with the judge’s input in its outputs', async (mode) => {
    const run = await runPipeline([{ type: 'manualJudgment', refId: 'j' }], { mode });
    await run.send({
      type: 'execution.judge',
      stageRefId: 'j',
      decision: 'continue',
      input: 'prod',
      user: 'ann',
    } as never);
    expect(stageOf(run, 'j').outputs).toEqual({
      judgmentStatus: 'continue',
      judgmentInput: 'prod',
      lastModifiedBy: 'ann',
    });
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });

  bothModes('fails after three days without a judge', async (mode) => {
    const run = await runPipeline([{ type: 'manualJudgment', refId: 'j' }], { mode });
    await run.advance(3 * 86_400 * SECOND_MS - 1);
    expect(executionOf(run).status).toBe('RUNNING');
    await run.advance(1);
    expect(executionOf(run).failure).toMatchObject({ code: 'STAGE_TIMEOUT' });
  });
});

describe('webhook', () => {
  const hook = { type: 'webhook', refId: 'w', url: 'https://ci.example.com/hook' };
  const response = (statusCode: number, body: unknown = 'ok', headers = {}) =>
    returns({ statusCode, body, headers });

  bothModes('calls the URL and keeps the answer', async (mode) => {
    const run = await runPipeline(
      [
        {
          ...hook,
          method: 'put',
          payload: { version: '${parameters.version}' },
          customHeaders: { 'X-A': ['1', '2'] },
        },
      ],
      { mode, parameters: { version: 7 }, activities: { webhook: response(200, { id: 1 }) } },
    );
    expect(run.calls('webhook')).toMatchObject([
      { url: hook.url, method: 'PUT', payload: { version: 7 }, headers: { 'X-A': '1, 2' } },
    ]);
    expect(stageOf(run, 'w').outputs).toMatchObject({ webhook: { statusCode: 200, body: { id: 1 } } });
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });

  bothModes('fails for a status that is not expected', async (mode) => {
    const run = await runPipeline([hook], { mode, activities: { webhook: response(404, 'gone') } });
    expect(executionOf(run)).toMatchObject({ status: 'TERMINAL', failure: { code: 'WEBHOOK_STATUS' } });
    const expected = await runPipeline([{ ...hook, expectedStatusCodes: [404] }], {
      mode,
      activities: { webhook: response(404, 'gone') },
    });
    expect(executionOf(expected).status).toBe('SUCCEEDED');
  });

  bothModes('fails with the activity’s own failure', async (mode) => {
    const run = await runPipeline([hook], {
      mode,
      activities: { webhook: fails({ code: 'WEBHOOK_HOST_FORBIDDEN', kind: 'terminal' }) },
    });
    expect(executionOf(run).failure).toMatchObject({ code: 'WEBHOOK_HOST_FORBIDDEN' });
  });

  bothModes('watches the status URL until the other side is done', async (mode) => {
    const run = await runPipeline(
      [
        {
          ...hook,
          waitForCompletion: true,
          waitBeforeMonitor: 3,
          statusUrlResolution: 'locationHeader',
          statusJsonPath: '$.job.state',
          progressJsonPath: '$.job.percent',
          successStatuses: 'done, passed',
          terminalStatuses: 'broken',
        },
      ],
      {
        mode,
        activities: {
          webhook: [
            response(202, {}, { location: 'https://ci.example.com/jobs/7' }),
            response(200, { job: { state: 'working', percent: 50 } }),
            response(200, { job: { state: 'Passed', percent: 100 } }),
          ],
        },
      },
    );
    expect(run.calls('webhook')).toHaveLength(1);
    await run.advance(3 * SECOND_MS);
    expect(run.calls('webhook')).toMatchObject([{}, { url: 'https://ci.example.com/jobs/7', method: 'GET' }]);
    expect(executionOf(run).status).toBe('RUNNING');
    await run.advance(5 * SECOND_MS);
    expect(executionOf(run).status).toBe('SUCCEEDED');
    expect(stageOf(run, 'w').outputs).toMatchObject({
      webhook: { statusCode: 202, monitor: { progress: 100 } },
    });
  });

  bothModes('ends as the watched status says', async (mode) => {
    const watched = { ...hook, waitForCompletion: true, statusJsonPath: '$.state', successStatuses: 'ok' };
    const end = async (fields: JsonObject) => {
      const run = await runPipeline([{ ...watched, ...fields }], {
        mode,
        activities: { webhook: response(200, { state: 'BAD' }) },
      });
      return executionOf(run).status;
    };
    expect(await end({ terminalStatuses: 'bad' })).toBe('TERMINAL');
    expect(await end({ canceledStatuses: ['bad'] })).toBe('CANCELED');
    expect(await end({})).toBe('RUNNING');
  });

  bothModes('stops the call when it is cancelled', async (mode) => {
    const run = await runPipeline([hook], { mode, activities: { webhook: { kind: 'hangs' } } });
    await run.send({ type: 'execution.cancel', reason: 'no', user: 'ann' } as never);
    expect(run.cancelled()).toEqual(['webhook']);
    expect(executionOf(run).status).toBe('CANCELED');
  });
});
