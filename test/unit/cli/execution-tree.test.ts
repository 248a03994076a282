import { describe, expect, it } from 'vitest';
import type { ActorView } from '#contracts/actor-view.ts';
import { treeLines, withView } from '#services/cli/watch/execution-tree.ts';
import {
  STARTED_AT_MS,
  executionView,
  operationView,
  stageAddress,
  stageView,
  viewsOf,
} from './execution-views.ts';

const NOW_MS = STARTED_AT_MS + 5_000;
const one = { refId: '1', type: 'deploy', name: 'Stage 1', status: 'RUNNING' } as const;
const two = { refId: '2', type: 'wait', name: 'Rest', status: 'NOT_STARTED' } as const;

const outline = (...views: readonly ActorView[]): string[] =>
  treeLines(viewsOf(...views), NOW_MS).map(
    ({ depth, label, status }) => `${'  '.repeat(depth)}${label} ${status}`,
  );

describe('treeLines', () => {
  it('is empty before the execution is known', () => {
    expect(outline(stageView({ refId: '1' }))).toEqual([]);
  });

  it('shows stages that have not started, in the order of the pipeline', () => {
    expect(outline(executionView([one, two]), stageView({ refId: '1' }))).toEqual([
      'payments / Release RUNNING',
      '  1 Stage 1 RUNNING',
      '  2 Rest NOT_STARTED',
    ]);
  });

  it('puts synthetic stages before and after the operations of their stage', () => {
    const parent = stageAddress('stage-1');
    const lines = outline(
      stageView({ refId: '1>1', name: 'After', syntheticOwner: 'STAGE_AFTER' }, { parent }),
      operationView({}, { parent }),
      stageView(
        { refId: '1<1', name: 'Before', syntheticOwner: 'STAGE_BEFORE' },
        { parent, startedAtMs: NOW_MS },
      ),
      stageView({ refId: '1' }),
      executionView([one]),
    );
    expect(lines).toEqual([
      'payments / Release RUNNING',
      '  1 Stage 1 RUNNING',
      '    1<1 Before RUNNING',
      '    createServerGroup test us-east-1 payments-v001 running',
      '    1>1 After RUNNING',
    ]);
  });

  it('orders operations of a stage by their start', () => {
    const parent = stageAddress('stage-1');
    const lines = outline(
      executionView([one]),
      stageView({ refId: '1' }),
      operationView({ target: 'later' }, { parent, id: 'a', startedAtMs: STARTED_AT_MS + 2 }),
      operationView({ target: 'earlier' }, { parent, id: 'b', startedAtMs: STARTED_AT_MS + 1 }),
    );
    expect(lines.slice(2).map((line) => line.trim().split(' ')[3])).toEqual(['earlier', 'later']);
  });

  it('shows attempt, next attempt and last failure of an activity', () => {
    const failure = { code: 'AWS_THROTTLING', message: 'Rate exceeded', kind: 'throttle' } as const;
    const views = viewsOf(
      executionView([one]),
      stageView({ refId: '1' }),
      operationView(
        {},
        {
          parent: stageAddress('stage-1'),
          activities: [
            {
              childId: 'call',
              name: 'createAutoScalingGroup',
              attempt: 2,
              scheduledAtMs: STARTED_AT_MS,
              deadlineAtMs: STARTED_AT_MS + 7_200_000,
              nextAttemptAtMs: NOW_MS + 2_500,
              lastFailure: failure,
            },
          ],
        },
      ),
    );
    expect(treeLines(views, NOW_MS).at(-1)).toMatchObject({
      depth: 3,
      tone: 'waiting',
      label: 'createAutoScalingGroup',
      status: 'attempt 2',
      notes: 'next attempt in 3 s; AWS_THROTTLING: Rate exceeded',
    });
  });

  it('shows no activities of what has ended', () => {
    const activity = {
      childId: 'call',
      name: 'createAutoScalingGroup',
      attempt: 1,
      scheduledAtMs: STARTED_AT_MS,
      deadlineAtMs: NOW_MS,
    };
    const lines = outline(
      executionView([one]),
      stageView({ refId: '1' }),
      operationView(
        { status: 'succeeded' },
        { parent: stageAddress('stage-1'), endedAtMs: NOW_MS, activities: [activity] },
      ),
    );
    expect(lines.at(-1)).toContain('succeeded');
  });

  it.each([
    ['SUCCEEDED', 'good'],
    ['TERMINAL', 'bad'],
    ['PAUSED', 'waiting'],
    ['SKIPPED', 'muted'],
  ] as const)('gives the status %s the tone %s', (status, tone) => {
    expect(treeLines(viewsOf(executionView([], { status })), NOW_MS)[0]?.tone).toBe(tone);
  });
});

describe('withView', () => {
  it('keeps the newer view when an older one comes late', () => {
    const views = viewsOf(executionView([], { step: 4, status: 'SUCCEEDED' }));
    expect(withView(views, executionView([], { step: 3 }))).toBe(views);
  });

  it('does not change the views it was given', () => {
    const views = viewsOf(executionView([]));
    withView(views, stageView({ refId: '1' }));
    expect(views.size).toBe(1);
  });
});
