import { describe, expect, it } from 'vitest';
import { executionStatus, failureStatus, stageStatus } from '#machines/orca/execution-status.ts';

const parts = { flags: {}, tasks: [], before: [], after: [], planningFailed: false };

describe('failureStatus', () => {
  it.each([
    [{}, 'TERMINAL'],
    [{ failPipeline: true }, 'TERMINAL'],
    [{ failPipeline: null, continuePipeline: null }, 'TERMINAL'],
    [{ failPipeline: false }, 'STOPPED'],
    [{ failPipeline: false, completeOtherBranchesThenFail: true }, 'STOPPED'],
    [{ failPipeline: false, continuePipeline: true }, 'FAILED_CONTINUE'],
    [{ failPipeline: true, continuePipeline: true }, 'FAILED_CONTINUE'],
  ])('maps %j to %s', (flags, expected) => {
    expect(failureStatus(flags)).toBe(expected);
  });

  it('keeps a cancel a cancel when nothing else is said', () => {
    expect(failureStatus({}, 'CANCELED')).toBe('CANCELED');
    expect(failureStatus({ failPipeline: false }, 'CANCELED')).toBe('STOPPED');
  });
});

describe('stageStatus', () => {
  it('is NOT_STARTED without any part', () => {
    expect(stageStatus(parts)).toBe('NOT_STARTED');
  });

  it('lets the first rule that matches decide', () => {
    const tasks = ['SUCCEEDED', 'FAILED_CONTINUE', 'CANCELED', 'STOPPED'] as const;
    expect(stageStatus({ ...parts, tasks: [...tasks, 'TERMINAL'] })).toBe('TERMINAL');
    expect(stageStatus({ ...parts, tasks: [...tasks] })).toBe('STOPPED');
    expect(stageStatus({ ...parts, tasks: tasks.slice(0, 3) })).toBe('CANCELED');
    expect(stageStatus({ ...parts, tasks: tasks.slice(0, 2) })).toBe('FAILED_CONTINUE');
    expect(stageStatus({ ...parts, tasks: ['SUCCEEDED'], before: ['SKIPPED'] })).toBe('SUCCEEDED');
  });

  it('maps a failed part by the flags of the stage', () => {
    const flags = { failPipeline: false };
    expect(stageStatus({ ...parts, flags, before: ['TERMINAL'] })).toBe('STOPPED');
    expect(stageStatus({ ...parts, flags: { continuePipeline: true }, planningFailed: true })).toBe(
      'FAILED_CONTINUE',
    );
  });

  it('is RUNNING while after stages are planned, and TERMINAL when parts never ran', () => {
    expect(stageStatus({ ...parts, tasks: ['SUCCEEDED'], after: ['NOT_STARTED'] })).toBe('RUNNING');
    expect(stageStatus({ ...parts, tasks: ['SUCCEEDED', 'NOT_STARTED'] })).toBe('TERMINAL');
  });
});

describe('executionStatus', () => {
  const stage = (status: Parameters<typeof executionStatus>[0][number]['status'], flags = {}) => ({
    status,
    flags,
  });

  it('succeeds when every stage succeeded, was skipped or may be ignored', () => {
    expect(executionStatus([stage('SUCCEEDED'), stage('SKIPPED'), stage('FAILED_CONTINUE')], false)).toBe(
      'SUCCEEDED',
    );
  });

  it('fails before it is cancelled before it is stopped', () => {
    expect(executionStatus([stage('STOPPED'), stage('CANCELED'), stage('TERMINAL')], true)).toBe('TERMINAL');
    expect(executionStatus([stage('STOPPED'), stage('CANCELED')], true)).toBe('CANCELED');
  });

  it('waits for other branches when one was stopped', () => {
    expect(executionStatus([stage('STOPPED'), stage('RUNNING')], true)).toBe('RUNNING');
    expect(executionStatus([stage('STOPPED'), stage('NOT_STARTED')], false)).toBe('SUCCEEDED');
    const failing = stage('STOPPED', { completeOtherBranchesThenFail: true });
    expect(executionStatus([failing, stage('SUCCEEDED')], false)).toBe('TERMINAL');
  });

  it('ends a graph in which nothing can ever move', () => {
    expect(executionStatus([stage('NOT_STARTED')], false)).toBe('TERMINAL');
  });
});
