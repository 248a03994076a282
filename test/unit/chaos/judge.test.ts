import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ActorView } from '#contracts/actor-view.ts';
import { judge, type Verdict } from '#test/chaos/judge.ts';
import { newGroupOf, oldGroupOf } from '#test/chaos/scenario.ts';

type Life = Record<string, unknown> & { kind: string; id: string };

const DISABLED = { suspended: [{ process: 'AddToLoadBalancer', sinceMs: 1 }] };
const oldGroup: Life = { kind: 'autoScalingGroup', id: oldGroupOf(0), createdBy: 'seed', last: DISABLED };
const newGroup: Life = { kind: 'autoScalingGroup', id: newGroupOf(0), createdBy: 7, last: { suspended: [] } };
const template: Life = {
  kind: 'launchTemplate',
  id: 'lt-1',
  name: `${newGroupOf(0)}-abc`,
  createdBy: 6,
  last: {},
};
const instance: Life = {
  kind: 'instance',
  id: 'i-1',
  createdBy: 'auto-scaling',
  last: { groupName: newGroupOf(0) },
};
const WELL = [oldGroup, newGroup, template, instance];

function executionView(overrides: { status?: 'active' | 'done'; execution?: string } = {}): ActorView {
  return ActorView.parse({
    v: 1,
    address: 'orca:execution:x0:x0',
    status: overrides.status ?? 'done',
    value: 'ended',
    step: 9,
    startedAtMs: 1,
    updatedAtMs: 2,
    activities: [],
    detail: {
      kind: 'execution',
      executionId: 'x0',
      requestId: 'chaos-0',
      application: 'payments',
      name: 'Deploy',
      user: 'chaos',
      status: overrides.execution ?? 'SUCCEEDED',
      stages: [],
    },
  });
}

/** Judges one deployment by what the cloud and the bus are said to hold. */
async function verdictOn(args: {
  resources?: readonly Life[];
  views?: readonly ActorView[];
}): Promise<Verdict> {
  const server = createServer((request, response) => {
    const known = request.url === '/_double/resources';
    response.statusCode = known ? 200 : 404;
    response.end(JSON.stringify({ resources: args.resources ?? WELL }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await judge({
      doubleUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      views: { readType: async () => [...(args.views ?? [executionView()])] },
      executions: new Map([[0, 'x0']]),
    });
  } finally {
    server.close();
  }
}

const ZERO = { failed: 0, lost: 0, doubled: 0, orphaned: 0 };

describe('the judge of a chaos run', () => {
  it('finds nothing when the deployment ended well', async () => {
    expect(await verdictOn({})).toEqual({ ...ZERO, findings: [] });
  });

  it('finds a server group that was created twice', async () => {
    const again = { ...newGroup, id: `${newGroupOf(0).slice(0, -1)}2` };
    expect(await verdictOn({ resources: [...WELL, again] })).toMatchObject({ ...ZERO, doubled: 1 });
  });

  it('finds a server group that was created twice and removed once', async () => {
    const first = { ...newGroup, endedAtMs: 5 };
    expect(await verdictOn({ resources: [first, ...WELL] })).toMatchObject({ ...ZERO, doubled: 1 });
  });

  it('finds a launch template without a server group, also one that no deployment knows', async () => {
    const left = { ...template, id: 'lt-2', name: 'payments-other-v001-abc' };
    expect(await verdictOn({ resources: [...WELL, left] })).toMatchObject({ ...ZERO, orphaned: 1 });
  });

  it('finds an instance whose server group is gone', async () => {
    const left = { ...instance, id: 'i-2', last: { groupName: 'payments-c9-v001' } };
    expect(await verdictOn({ resources: [...WELL, left] })).toMatchObject({ ...ZERO, orphaned: 1 });
  });

  it('finds an old server group that was never disabled', async () => {
    const resources = [{ ...oldGroup, last: { suspended: [] } }, newGroup, template, instance];
    expect(await verdictOn({ resources })).toMatchObject({ ...ZERO, orphaned: 1 });
  });

  it('finds an old server group that is disabled by name, but still registered', async () => {
    const old = { ...instance, id: 'i-0', createdBy: 'seed', last: { groupName: oldGroupOf(0) } };
    const registration = {
      kind: 'targetRegistration',
      id: 'r',
      createdBy: 'seed',
      last: { instanceId: 'i-0' },
    };
    expect(await verdictOn({ resources: [...WELL, old, registration] })).toMatchObject({
      ...ZERO,
      orphaned: 1,
    });
    const left = { ...registration, endedAtMs: 9 };
    expect(await verdictOn({ resources: [...WELL, old, left] })).toMatchObject(ZERO);
  });

  it('finds a new server group that is gone, or takes no traffic', async () => {
    for (const fate of [{ endedAtMs: 9 }, { last: DISABLED }]) {
      const { failed } = await verdictOn({ resources: [oldGroup, { ...newGroup, ...fate }] });
      expect(failed).toBe(1);
    }
  });

  it('finds an execution that is lost, and one that never ended', async () => {
    expect(await verdictOn({ views: [] })).toMatchObject({ ...ZERO, lost: 1 });
    const views = [executionView({ status: 'active', execution: 'RUNNING' })];
    expect(await verdictOn({ views })).toMatchObject({ ...ZERO, lost: 1 });
  });

  it('finds an execution that ended otherwise than well', async () => {
    const views = [executionView({ execution: 'TERMINAL' })];
    expect(await verdictOn({ views })).toMatchObject({ ...ZERO, failed: 1 });
  });
});
