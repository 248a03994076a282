import { describe, expect, it } from 'vitest';
import { bothModes, fails, hangs, returns, type Mode } from '#test/support/machine-harness.ts';
import type { JsonObject } from '#contracts/json.ts';
import type { ServerGroupDetail } from '#contracts/operations/cloud-activity.contract.ts';
import type { AwaitServerGroup } from '#contracts/server-group.ts';
import { judge } from '#machines/clouddriver/await-condition.ts';
import { DENIED, request, resultOf, run, serverGroup } from './operation-world.ts';

const PLACE = { credentials: 'test', region: 'us-east-1', serverGroupName: 'shop-web-v003' };

function awaiting(context: JsonObject, looks: object, mode?: Mode) {
  const operation = request('awaitServerGroup', { ...PLACE, ...context });
  return run(operation, { activities: { describeServerGroup: looks }, ...(mode ? { mode } : {}) });
}

function sized(...health: ServerGroupDetail['instances'][number]['health'][]): ServerGroupDetail {
  const instances = health.map((value, index) => ({ id: `i-${index}`, zone: 'us-east-1a', health: value }));
  return serverGroup('shop-web-v003', { instances });
}

describe('awaitServerGroup', () => {
  bothModes('looks again, ever less often, until enough instances are up', async (mode) => {
    const looks = [sized('starting'), sized('up', 'starting'), sized('up', 'up', 'up')];
    const wait = await awaiting(
      { condition: 'up' },
      looks.map((look) => returns({ serverGroup: look })),
      mode,
    );

    expect(wait.status()).toBe('active');
    expect(wait.view().detail).toMatchObject({ status: 'running', target: 'shop-web-v003' });
    await wait.advance(1_000);
    expect(wait.calls('describeServerGroup')).toHaveLength(2);
    await wait.advance(1_000);
    expect(wait.calls('describeServerGroup')).toHaveLength(2);
    await wait.advance(1_000);
    expect(resultOf(wait)).toMatchObject({ status: 'succeeded', outputs: { condition: 'up' } });
  });

  bothModes('gives up when its time is over and says what it saw last', async (mode) => {
    const wait = await awaiting(
      { condition: 'up', timeoutMs: 60_000 },
      returns({ serverGroup: sized('down') }),
      mode,
    );
    await wait.advance(61_000);

    expect(resultOf(wait)).toMatchObject({ status: 'failed', failure: { code: 'AWAIT_TIMEOUT' } });
    expect(resultOf(wait).failure?.message).toContain('0 of 3 instances are up');
  });

  bothModes('fails when the server group is gone for several looks', async (mode) => {
    const wait = await awaiting({ condition: 'up' }, returns({ serverGroup: null }), mode);
    await wait.advance(60_000);

    expect(resultOf(wait)).toMatchObject({ status: 'failed', failure: { code: 'SERVER_GROUP_NOT_FOUND' } });
  });

  bothModes('is canceled at once, in a look and between looks', async (mode) => {
    const looking = await awaiting({ condition: 'up' }, hangs(), mode);
    await looking.send({ type: 'operation.cancel', reason: 'enough' });
    const waiting = await awaiting({ condition: 'up' }, returns({ serverGroup: sized('down') }), mode);
    await waiting.send({ type: 'operation.cancel', reason: 'enough' });

    expect(resultOf(looking).status).toBe('canceled');
    expect(resultOf(waiting).status).toBe('canceled');
  });

  it('passes on why it cannot look', async () => {
    const wait = await awaiting({ condition: 'up' }, fails(DENIED));
    expect(resultOf(wait)).toMatchObject({ status: 'failed', failure: { code: 'AWS_ACCESS_DENIED' } });
  });

  it('refuses a condition it does not know', async () => {
    const wait = await awaiting({ condition: 'happy' }, returns({}));
    expect(resultOf(wait).failure?.details).toEqual({
      errors: ['awaitServerGroupDescription.condition.invalid'],
    });
  });

  const wanted = (
    condition: AwaitServerGroup['condition'],
    more: Partial<AwaitServerGroup> = {},
  ): AwaitServerGroup => ({
    ...PLACE,
    condition,
    targetHealthyDeployPercentage: 100,
    timeoutMs: 1,
    ...more,
  });

  it.each([
    [
      'up at the asked share',
      wanted('up', { targetHealthyDeployPercentage: 60 }),
      sized('up', 'up', 'down'),
      true,
    ],
    [
      'not up below it',
      wanted('up', { targetHealthyDeployPercentage: 70 }),
      sized('up', 'up', 'down'),
      false,
    ],
    [
      'up when nothing is desired',
      wanted('up'),
      { ...sized(), capacity: { min: 0, max: 0, desired: 0 } },
      true,
    ],
    [
      'up though disabled when its instances run',
      wanted('up'),
      { ...sized('outOfService', 'outOfService', 'outOfService'), disabled: true },
      true,
    ],
    ['down when nobody takes traffic', wanted('down'), sized('outOfService', 'down'), true],
    [
      'not down while connections drain',
      wanted('down'),
      { ...sized('outOfService'), draining: ['i-0'] },
      false,
    ],
    ['down when it is gone', wanted('down'), null, true],
    ['absent when it is gone', wanted('absent'), null, true],
    ['not absent while it is deleted', wanted('absent'), { ...sized(), deleting: true }, false],
    ['at capacity', wanted('capacity'), sized('up', 'up', 'up'), true],
    ['not at capacity with one starting', wanted('capacity'), sized('up', 'up', 'starting'), false],
    ['not at capacity with one leaving', wanted('capacity'), sized('up', 'up', 'up', 'terminating'), false],
    [
      'not at a capacity that is not set yet',
      wanted('capacity', { capacity: { min: 0, max: 9, desired: 3 } }),
      sized('up', 'up', 'up'),
      false,
    ],
  ])('judges: %s', (...[, condition, seen, isMet]) => {
    expect(judge(condition, seen).isMet).toBe(isMet);
  });
});
