/** Judges a run by what the AWS double saw and what the bus holds; the runtime is not asked. */
import { z } from 'zod';
import { ExecutionView } from '#contracts/execution.ts';
import type { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { clusterOf, newGroupOf, oldGroupOf } from './scenario.ts';

const Life = z.object({
  kind: z.string(),
  id: z.string(),
  name: z.string().optional(),
  createdBy: z.union([z.number(), z.string()]),
  endedAtMs: z.number().optional(),
  last: z.record(z.string(), z.unknown()),
});
type Life = z.infer<typeof Life>;

export type Verdict = {
  /** Executions that ended in another status than SUCCEEDED. */
  failed: number;
  /** Accepted requests without an ended execution. */
  lost: number;
  /** Server groups and launch templates created more often than once for a deployment. */
  doubled: number;
  /** What lives in the cloud although no deployment stands for it, and old server groups that still take traffic. */
  orphaned: number;
  /** For people: what was found, deployment by deployment. */
  findings: string[];
};

export async function judge(args: {
  doubleUrl: string;
  views: Pick<JetStreamViews, 'readType'>;
  /** Execution id by deployment. */
  executions: ReadonlyMap<number, string>;
}): Promise<Verdict> {
  const verdict: Verdict = { failed: 0, lost: 0, doubled: 0, orphaned: 0, findings: [] };
  await judgeExecutions(verdict, args);
  const answer = await fetch(`${args.doubleUrl}/_double/resources`);
  const { resources } = z.object({ resources: z.array(Life) }).parse(await answer.json());
  for (const deployment of args.executions.keys()) judgeCloud(verdict, { deployment, resources });
  judgeOrphans(verdict, resources);
  return verdict;
}

async function judgeExecutions(
  verdict: Verdict,
  args: { views: Pick<JetStreamViews, 'readType'>; executions: ReadonlyMap<number, string> },
): Promise<void> {
  const views = await args.views.readType({ service: 'orca', type: 'execution' });
  for (const [deployment, executionId] of args.executions) {
    const view = views.find((candidate) => candidate.address.endsWith(`:${executionId}`));
    const execution = ExecutionView.safeParse(view?.detail);
    if (!view || !execution.success || view.status === 'active') {
      verdict.lost += 1;
      verdict.findings.push(`deployment ${deployment}: execution ${executionId} has not ended`);
    } else if (execution.data.status !== 'SUCCEEDED') {
      verdict.failed += 1;
      const { status, failure } = execution.data;
      verdict.findings.push(
        `deployment ${deployment}: ${executionId} ended ${status} ${JSON.stringify(failure ?? {})}`,
      );
    }
  }
}

function judgeCloud(verdict: Verdict, args: { deployment: number; resources: readonly Life[] }): void {
  const { deployment, resources } = args;
  const made = (kind: string): Life[] =>
    resources.filter(
      (life) =>
        life.kind === kind && typeof life.createdBy === 'number' && belongsTo(life, clusterOf(deployment)),
    );
  for (const kind of ['autoScalingGroup', 'launchTemplate']) {
    const lives = made(kind);
    if (lives.length > 1) {
      verdict.doubled += lives.length - 1;
      verdict.findings.push(
        `deployment ${deployment}: ${lives.length} of ${kind}: ${lives.map(nameOf).join(', ')}`,
      );
    }
  }
  const living = resources.filter((life) => life.endedAtMs === undefined);
  const groupNamed = (name: string): Life | undefined =>
    living.find((life) => life.kind === 'autoScalingGroup' && nameOf(life) === name);
  const fresh = groupNamed(newGroupOf(deployment));
  if (!fresh || isDisabled(fresh)) {
    verdict.findings.push(
      `deployment ${deployment}: ${newGroupOf(deployment)} is not there or takes no traffic`,
    );
    verdict.failed += 1;
  }
  const old = groupNamed(oldGroupOf(deployment));
  if (old && (!isDisabled(old) || isRegistered(oldGroupOf(deployment), living))) {
    verdict.orphaned += 1;
    verdict.findings.push(`deployment ${deployment}: ${oldGroupOf(deployment)} still takes traffic`);
  }
}

/** Launch templates without their server group, instances without a living one. */
function judgeOrphans(verdict: Verdict, resources: readonly Life[]): void {
  const living = resources.filter((life) => life.endedAtMs === undefined);
  const groups = new Set(living.filter((life) => life.kind === 'autoScalingGroup').map(nameOf));
  for (const life of living) {
    if (life.createdBy === 'seed') continue;
    const orphan =
      (life.kind === 'launchTemplate' && ![...groups].some((group) => nameOf(life).startsWith(group))) ||
      (life.kind === 'instance' &&
        typeof life.last['groupName'] === 'string' &&
        !groups.has(life.last['groupName']));
    if (!orphan) continue;
    verdict.orphaned += 1;
    verdict.findings.push(`orphan: ${life.kind} ${nameOf(life)}`);
  }
}

function belongsTo(life: Life, cluster: string): boolean {
  return new RegExp(`^${cluster}-v\\d{3}`).test(nameOf(life));
}

function nameOf(life: Life): string {
  return life.name ?? life.id;
}

/** Whether an instance of the group is still registered with a target group, and not leaving it. */
function isRegistered(group: string, living: readonly Life[]): boolean {
  const instances = new Set(
    living
      .filter((life) => life.kind === 'instance' && life.last['groupName'] === group)
      .map((life) => life.id),
  );
  return living.some(
    (life) => life.kind === 'targetRegistration' && instances.has(String(life.last['instanceId'])),
  );
}

function isDisabled(life: Life): boolean {
  return JSON.stringify(life.last['suspended'] ?? []).includes('AddToLoadBalancer');
}
