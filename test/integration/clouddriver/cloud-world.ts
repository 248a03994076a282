/** Operation machines over the real activities, the real SDK and the AWS double, across real HTTP. */
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { JsonObject } from '#contracts/json.ts';
import type { OperationRequest, OperationResult } from '#contracts/operation.ts';
import { ActivityFailed } from '#runtime/activity.ts';
import { idempotencyKeyOf } from '#runtime/activity-attempt.ts';
import type { Clock } from '#runtime/ports.ts';
import { systemClock } from '#runtime/system-clock.ts';
import { INSTANT } from '#services/aws-double/cloud/timings.ts';
import { DEMO_SEED } from '#services/aws-double/seed/demo.ts';
import { startAwsDouble } from '#services/aws-double/start.ts';
import { createClouddriverCatalog, type ClouddriverCatalog } from '#services/clouddriver/catalog.ts';
import { DEMO_ACCOUNTS, type Account } from '#services/clouddriver/accounts.ts';
import { createMemoryCasStore } from '#runtime/memory/memory-cas-store.ts';
import { activityContext } from '#test/support/activity-context.ts';
import { fails, given, returns, type Mode, type Run } from '#test/support/machine-harness.ts';

export const IMAGE = 'ami-0e100000000000142';

/** One deployment of the demo application to us-east-1. */
export const DEPLOY: JsonObject = {
  credentials: 'test',
  application: 'payments',
  amiName: IMAGE,
  instanceType: 't3.small',
  subnetType: 'internal',
  availabilityZones: { 'us-east-1': [] },
  capacity: { min: 2, max: 2, desired: 2 },
  targetGroups: ['payments'],
  securityGroups: ['payments'],
};

export type Fault = {
  action?: string;
  fault: string;
  times?: number;
  afterEffect?: boolean;
  probability?: number;
};
type Life = {
  kind: string;
  id: string;
  name?: string;
  endedAtMs?: number;
  createdBy: unknown;
  last: JsonObject;
};

export class CloudWorld {
  readonly url: string;
  readonly catalog: ClouddriverCatalog;
  readonly #close: () => Promise<void>;
  #runs = 0;

  constructor(args: { url: string; catalog: ClouddriverCatalog; close: () => Promise<void> }) {
    this.url = args.url;
    this.catalog = args.catalog;
    this.#close = args.close;
  }

  async close(): Promise<void> {
    this.catalog.close();
    await this.#close();
  }

  /** Empties the cloud, plants the demo and arms faults. */
  async begin(faults: readonly Fault[] = []): Promise<void> {
    await this.#post('reset', {});
    await this.#post('seed', DEMO_SEED);
    await this.arm(faults);
  }

  async arm(faults: readonly Fault[], seed = 7): Promise<void> {
    const rules = faults.map(({ action, ...rule }) => ({
      match: action === undefined ? {} : { action },
      ...rule,
    }));
    await this.#post('faults', { rules, seed });
  }

  /** Runs an operation; virtual time passes until retries, looks and waits are over, three hours at most. */
  async run(operation: string, context: JsonObject, mode: Mode = 'straight'): Promise<Run> {
    const definition = this.catalog.definitions.find(({ type }) => type === operation);
    if (!definition) throw new Error(`There is no operation ${operation}.`);
    this.#runs += 1;
    const request: OperationRequest = {
      operation,
      application: 'payments',
      context,
      origin: { executionId: 'exec-1', stageRefId: '1', stageType: operation, user: 'ann' },
    };
    const run = await given(definition, {
      mode,
      service: 'clouddriver',
      id: `op-${this.#runs}`,
      input: request,
      startMs: Date.now(),
      others: this.catalog.definitions.filter(({ type }) => type === 'serverGroupNames'),
      activities: Object.fromEntries(
        Object.keys(this.catalog.activities).map((name) => [name, this.#script(name)]),
      ),
    });
    for (let minute = 0; minute < 180 && run.status() === 'active'; minute += 1) await run.advance(60_000);
    return run;
  }

  #script(name: string) {
    return async (input: never, task: ActivityTask) => {
      const activity = this.catalog.activities[name];
      if (!activity) throw new Error(`There is no activity ${name}.`);
      try {
        return returns(
          await activity(
            input,
            activityContext({
              idempotencyKey: idempotencyKeyOf(task),
              attempt: task.attempt,
              signal: AbortSignal.timeout(30_000),
              deadlineMs: task.deadlineAtMs,
            }),
          ),
        );
      } catch (error) {
        if (error instanceof ActivityFailed) return fails(error.failure);
        throw error;
      }
    };
  }

  /** What lives, or ever lived, of one kind in us-east-1. */
  async lives(kind: string, region = 'us-east-1'): Promise<Life[]> {
    const answer = await fetch(`${this.url}/_double/resources?kind=${kind}&region=${region}`);
    return ((await answer.json()) as { resources: Life[] }).resources;
  }

  /** Resources made by a call (not by the seed), with those that are gone. */
  async made(kind: string, region?: string): Promise<Life[]> {
    return (await this.lives(kind, region)).filter(({ createdBy }) => createdBy !== 'seed');
  }

  async calls(action: string): Promise<{ outcome: string; applied: boolean; params: JsonObject }[]> {
    const answer = await fetch(`${this.url}/_double/ledger`);
    const { calls } = (await answer.json()) as {
      calls: { action: string; outcome: string; applied: boolean; params: JsonObject }[];
    };
    return calls.filter((call) => call.action === action);
  }

  async #post(path: string, body: unknown): Promise<void> {
    const answer = await fetch(`${this.url}/_double/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${await answer.text()}`);
  }
}

export function resultOf(run: Run): OperationResult {
  return run.output() as unknown as OperationResult;
}

export type CloudWorldOptions = {
  accounts?: readonly Account[];
  clock?: Clock;
  ratePerSecond?: number;
  /** Another AWS than the double; it has no `/_double`. */
  elsewhere?: { url: string; close: () => Promise<void> };
};

export async function startCloudWorld(options: CloudWorldOptions = {}): Promise<CloudWorld> {
  const double = options.elsewhere ?? (await startAwsDouble({ timings: INSTANT }));
  const catalog = createClouddriverCatalog({
    config: {
      accounts: (options.accounts ?? DEMO_ACCOUNTS).map((account) => ({ ...account, endpoint: double.url })),
      timeouts: { connectMs: 2_000, requestMs: 5_000 },
      ratePerSecond: options.ratePerSecond ?? 5_000,
    },
    casStore: createMemoryCasStore(),
    clock: options.clock ?? systemClock,
  });
  return new CloudWorld({ url: double.url, catalog, close: double.close });
}
