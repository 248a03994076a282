/** Orca and Clouddriver on the bus in memory, with a clock of the test's own; the cloud is real HTTP and the real SDK. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '#contracts/address.ts';
import { ExecutionView } from '#contracts/execution.ts';
import type { Json } from '#contracts/json.ts';
import { DeployRequest } from '#contracts/pipeline.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import { planExecution } from '#machines/orca/plan-execution.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { memoryNode, type MemoryNode } from '#runtime/memory/memory-node-ports.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { startNode } from '#runtime/node.ts';
import { startAwsDouble, type RunningAwsDouble } from '#services/aws-double/start.ts';
import { DEMO_ACCOUNTS } from '#services/clouddriver/accounts.ts';
import { createClouddriverCatalog } from '#services/clouddriver/catalog.ts';
import { createMemoryCasStore } from '#runtime/memory/memory-cas-store.ts';
import { createOrcaCatalog } from '#services/orca/catalog.ts';
import { chaosSeed, deployRequest, newGroupOf } from '#test/chaos/scenario.ts';

const MINUTE_MS = 60_000;
const topology = Topology.parse({ partitionsPerShard: 4 });
const executionId = 'outage-1';
const address = addressOf({ service: 'orca', type: 'execution', root: executionId, id: executionId });

describe('a deployment while Clouddriver is down', () => {
  const clock = new VirtualClock();
  const bus = new MemoryBus({ clock, topology });
  let double: RunningAwsDouble;
  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
    double = await startAwsDouble({ seed: chaosSeed(1), now: () => clock.nowMs() });
  });
  afterAll(() => double.close());

  function startOrca(): void {
    const { ports } = memoryNode(bus, { service: 'orca', node: 'orca-a' });
    const { definitions, activities, queues } = createOrcaCatalog({ webhookHosts: [] });
    const partitions = partitionCount(topology);
    void startNode({
      node: 'orca-a',
      partitions,
      kernel: createKernel(),
      definitions,
      activities,
      queues,
      ports,
    });
  }

  function startClouddriver(node: string): MemoryNode {
    const process = memoryNode(bus, { service: 'clouddriver', node });
    const { definitions, activities, queues } = createClouddriverCatalog({
      config: {
        accounts: DEMO_ACCOUNTS.map((account) => ({ ...account, endpoint: double.url })),
        timeouts: { connectMs: 3_000, requestMs: 20_000 },
        ratePerSecond: 100,
      },
      casStore: createMemoryCasStore(),
      clock: process.ports.clock,
    });
    void startNode({
      node,
      partitions: partitionCount(topology),
      kernel: createKernel(),
      definitions,
      activities,
      queues: queues.map((queue) => ({ queue, concurrency: 8 })),
      ports: process.ports,
    });
    return process;
  }

  const status = (): string | undefined => {
    const view = bus.service('orca').records.get(address)?.view;
    return view && ExecutionView.parse(view.detail).status;
  };
  const runs = (operation: string): boolean =>
    [...bus.service('clouddriver').records.keys()].some((key) => key.startsWith(`clouddriver:${operation}:`));

  /** Moves the test's clock on in small steps, leaving real HTTP the time to answer. */
  async function advanceUntil(condition: () => boolean, limitMs: number): Promise<void> {
    const endMs = clock.nowMs() + limitMs;
    while (!condition()) {
      if (clock.nowMs() > endMs)
        throw new Error(`not within ${limitMs} ms of the test's clock; status ${status()}`);
      await clock.advance(50);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  it('ends succeeded, late, with nothing done twice, when Clouddriver comes back after ten minutes', async () => {
    // given a deployment that is creating its server group
    startOrca();
    const first = startClouddriver('clouddriver-a');
    await clock.advance(100);
    const { requestId, ...rest } = DeployRequest.parse(deployRequest(0));
    const input = planExecution({ requestId, ...rest }, { executionId, requestId: requestId ?? 'outage' });
    bus.deliver({ v: 1, kind: 'start', id: 'start', to: address, input: input as unknown as Json });
    const startedAtMs = clock.nowMs();
    await advanceUntil(() => runs('createServerGroup'), MINUTE_MS);

    // when the only Clouddriver dies and stays away for ten minutes
    first.kill();
    await clock.advance(10 * MINUTE_MS);
    expect(status()).toBe('RUNNING');
    startClouddriver('clouddriver-b');

    // then it goes on where it was
    await advanceUntil(() => status() !== 'RUNNING', 10 * MINUTE_MS);
    expect(status()).toBe('SUCCEEDED');
    expect(clock.nowMs() - startedAtMs).toBeGreaterThan(10 * MINUTE_MS);
    const answer = await fetch(`${double.url}/_double/resources?kind=autoScalingGroup`);
    const { resources } = (await answer.json()) as { resources: { id: string; createdBy: unknown }[] };
    const made = resources.filter((resource) => typeof resource.createdBy === 'number');
    expect(made.map((resource) => resource.id)).toEqual([newGroupOf(0)]);
  });
});
