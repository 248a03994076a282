import { describe, expect } from 'vitest';
import { bothModes, fails, hangs, returns } from '#test/support/machine-harness.ts';
import { executionOf, runPipeline, stageOf, statusesOf } from './pipeline-run.ts';

const SECOND_MS = 1_000;

describe('execution', () => {
  bothModes('runs stages one after the other when none has a refId', async (mode) => {
    const run = await runPipeline(
      [
        { type: 'wait', name: 'a', waitTime: 5 },
        { type: 'wait', name: 'b', waitTime: '10' },
      ],
      { mode },
    );
    expect(statusesOf(run)).toEqual({ '0': 'RUNNING', '1': 'NOT_STARTED' });
    await run.advance(5 * SECOND_MS);
    expect(statusesOf(run)).toEqual({ '0': 'SUCCEEDED', '1': 'RUNNING' });
    await run.advance(10 * SECOND_MS);
    expect(executionOf(run).status).toBe('SUCCEEDED');
    expect(run.status()).toBe('done');
    expect(run.output()).toMatchObject({ status: 'SUCCEEDED', executionId: 'x1' });
  });

  bothModes('runs branches at the same time and joins them when all are done', async (mode) => {
    const run = await runPipeline(
      [
        { type: 'wait', refId: '1', requisiteStageRefIds: [], waitTime: 1 },
        { type: 'wait', refId: '2', requisiteStageRefIds: ['1'], waitTime: 10 },
        { type: 'wait', refId: '3', requisiteStageRefIds: ['1'], waitTime: 20 },
        { type: 'wait', refId: '4', requisiteStageRefIds: ['2', '3'], waitTime: 1 },
      ],
      { mode },
    );
    await run.advance(SECOND_MS);
    expect(statusesOf(run)).toEqual({ '1': 'SUCCEEDED', '2': 'RUNNING', '3': 'RUNNING', '4': 'NOT_STARTED' });
    await run.advance(10 * SECOND_MS);
    expect(statusesOf(run)).toMatchObject({ '2': 'SUCCEEDED', '4': 'NOT_STARTED' });
    await run.advance(10 * SECOND_MS);
    expect(statusesOf(run)).toMatchObject({ '3': 'SUCCEEDED', '4': 'RUNNING' });
    await run.advance(SECOND_MS);
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });

  bothModes('keeps the rest of a wait when it is paused', async (mode) => {
    const run = await runPipeline([{ type: 'wait', refId: 'w', waitTime: 60, stageTimeoutMs: 90_000 }], {
      mode,
    });
    await run.advance(20 * SECOND_MS);
    await run.send({ type: 'execution.pause', user: 'ann' } as never);
    expect(executionOf(run).status).toBe('PAUSED');
    expect(stageOf(run, 'w').status).toBe('PAUSED');
    await run.advance(3_600 * SECOND_MS);
    expect(executionOf(run).status).toBe('PAUSED');
    await run.send({ type: 'execution.resume', user: 'ann' } as never);
    await run.advance(39 * SECOND_MS);
    expect(statusesOf(run)).toEqual({ w: 'RUNNING' });
    await run.advance(1 * SECOND_MS);
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });

  bothModes('starts nothing new while it is paused', async (mode) => {
    const run = await runPipeline(
      [
        { type: 'manualJudgment', refId: 'a' },
        { type: 'wait', refId: 'b', requisiteStageRefIds: ['a'], waitTime: 1 },
      ],
      { mode },
    );
    await run.send({ type: 'execution.pause', user: 'ann' } as never);
    await run.send({ type: 'execution.judge', stageRefId: 'a', decision: 'continue', user: 'ann' } as never);
    expect(statusesOf(run)).toEqual({ a: 'RUNNING', b: 'NOT_STARTED' });
    await run.send({ type: 'execution.resume', user: 'ann' } as never);
    expect(statusesOf(run)).toEqual({ a: 'SUCCEEDED', b: 'RUNNING' });
  });

  bothModes('stops waiting stages and ends CANCELED when it is cancelled', async (mode) => {
    const run = await runPipeline(
      [
        { type: 'wait', refId: '1', waitTime: 60 },
        { type: 'wait', refId: '2', requisiteStageRefIds: ['1'], waitTime: 60 },
      ],
      { mode },
    );
    await run.send({ type: 'execution.cancel', reason: 'wrong version', user: 'ann' } as never);
    expect(executionOf(run)).toMatchObject({
      status: 'CANCELED',
      cancellation: { reason: 'wrong version', user: 'ann' },
    });
    expect(statusesOf(run)).toEqual({ '1': 'CANCELED', '2': 'NOT_STARTED' });
    expect(run.status()).toBe('done');
  });

  bothModes('refuses a judgment for a stage that is not running, or is none', async (mode) => {
    const run = await runPipeline([{ type: 'wait', refId: '1', waitTime: 60 }], { mode });
    const judge = (stageRefId: string) =>
      run.send({ type: 'execution.judge', stageRefId, decision: 'stop', user: 'ann' } as never);
    expect(await judge('7')).toBe('unhandled');
    expect(await judge('1')).toBe('unhandled');
  });

  bothModes('stops the other branches when one halts the pipeline', async (mode) => {
    const run = await runPipeline(
      [
        { type: 'wait', refId: 'slow', requisiteStageRefIds: [], waitTime: 600 },
        { type: 'manualJudgment', refId: 'judge', requisiteStageRefIds: [] },
      ],
      { mode },
    );
    await run.send({ type: 'execution.judge', stageRefId: 'judge', decision: 'stop', user: 'bob' } as never);
    expect(statusesOf(run)).toEqual({ slow: 'CANCELED', judge: 'TERMINAL' });
    expect(executionOf(run)).toMatchObject({ status: 'TERMINAL', failure: { code: 'JUDGMENT_STOP' } });
  });

  bothModes('starts nothing more when a stage halted the pipeline during a pause', async (mode) => {
    const run = await runPipeline(
      [
        { type: 'webhook', refId: 'bad', requisiteStageRefIds: [], url: 'http://a/' },
        { type: 'webhook', refId: 'good', requisiteStageRefIds: [], url: 'http://b/' },
        { type: 'wait', refId: 'next', requisiteStageRefIds: ['good'], waitTime: 1 },
      ],
      { mode, activities: { webhook: hangs() } },
    );
    await run.send({ type: 'execution.pause', user: 'ann' } as never);
    await run.finishActivity('webhook', fails({ code: 'NO', kind: 'terminal' }));
    await run.finishActivity('webhook', returns({ statusCode: 200, headers: {}, body: '' }));
    expect(executionOf(run).status).toBe('PAUSED');
    await run.send({ type: 'execution.resume', user: 'ann' } as never);
    expect(statusesOf(run)).toEqual({ bad: 'TERMINAL', good: 'SUCCEEDED', next: 'NOT_STARTED' });
    expect(executionOf(run).status).toBe('TERMINAL');
  });

  bothModes('lets the other branches end when a failure halts its branch only', async (mode) => {
    const run = await runPipeline(
      [
        { type: 'wait', refId: 'other', requisiteStageRefIds: [], waitTime: 10 },
        { type: 'manualJudgment', refId: 'judge', requisiteStageRefIds: [], failPipeline: false },
        { type: 'wait', refId: 'after', requisiteStageRefIds: ['judge'], waitTime: 1 },
      ],
      { mode },
    );
    await run.send({ type: 'execution.judge', stageRefId: 'judge', decision: 'stop', user: 'bob' } as never);
    expect(executionOf(run).status).toBe('RUNNING');
    await run.advance(10 * SECOND_MS);
    expect(statusesOf(run)).toEqual({ other: 'SUCCEEDED', judge: 'STOPPED', after: 'NOT_STARTED' });
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });

  bothModes('fails in the end when a halted branch asks for it', async (mode) => {
    const run = await runPipeline(
      [
        { type: 'wait', refId: 'other', requisiteStageRefIds: [], waitTime: 10 },
        {
          type: 'manualJudgment',
          refId: 'judge',
          requisiteStageRefIds: [],
          failPipeline: false,
          completeOtherBranchesThenFail: true,
        },
      ],
      { mode },
    );
    await run.send({ type: 'execution.judge', stageRefId: 'judge', decision: 'stop', user: 'bob' } as never);
    expect(executionOf(run).status).toBe('RUNNING');
    await run.advance(10 * SECOND_MS);
    expect(executionOf(run).status).toBe('TERMINAL');
  });

  bothModes('goes on when a failure is to be ignored', async (mode) => {
    const run = await runPipeline(
      [
        { type: 'manualJudgment', refId: 'judge', failPipeline: false, continuePipeline: true },
        { type: 'wait', refId: 'after', requisiteStageRefIds: ['judge'], waitTime: 1 },
      ],
      { mode },
    );
    await run.send({ type: 'execution.judge', stageRefId: 'judge', decision: 'stop', user: 'bob' } as never);
    expect(statusesOf(run)).toEqual({ judge: 'FAILED_CONTINUE', after: 'RUNNING' });
    await run.advance(SECOND_MS);
    expect(executionOf(run).status).toBe('SUCCEEDED');
  });

  bothModes('fails a stage that is over its time with STAGE_TIMEOUT', async (mode) => {
    const run = await runPipeline([{ type: 'wait', refId: 'w', waitTime: 60, stageTimeoutMs: 30_000 }], {
      mode,
    });
    await run.advance(30 * SECOND_MS);
    expect(executionOf(run)).toMatchObject({ status: 'TERMINAL', failure: { code: 'STAGE_TIMEOUT' } });
    expect(stageOf(run, 'w').tasks).toEqual([{ name: 'wait', status: 'TERMINAL' }]);
  });

  bothModes('fails a stage of an unknown type with its reason', async (mode) => {
    const run = await runPipeline([{ type: 'teleport', refId: 't' }], { mode });
    expect(executionOf(run)).toMatchObject({ status: 'TERMINAL', failure: { code: 'STAGE_TYPE_UNKNOWN' } });
  });
});
