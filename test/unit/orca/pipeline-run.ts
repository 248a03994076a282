/** Runs whole pipelines through the real execution and stage machines, with a scripted Clouddriver. */
import { ExecutionView, StageView, type StartExecution } from '#contracts/execution.ts';
import type { OperationRequest, OperationResult } from '#contracts/operation.ts';
import type { Pipeline, StageDefinition } from '#contracts/pipeline.ts';
import type { ServerGroup } from '#contracts/server-group.ts';
import { executionMachine, EXECUTION_VERSION } from '#machines/orca/execution.machine.ts';
import { executionView, type ExecutionState } from '#machines/orca/execution-state.ts';
import { printed } from '#machines/orca/stage-context.ts';
import { stageMachine, STAGE_VERSION } from '#machines/orca/stage.machine.ts';
import { stageView, type StageState } from '#machines/orca/stage-state.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { given, returns, type GivenOptions, type Mode, type Run } from '#test/support/machine-harness.ts';

export const executionDefinition: ActorDefinition = {
  type: 'execution',
  version: EXECUTION_VERSION,
  machine: executionMachine,
  view: ({ context }: { context: ExecutionState }) => executionView(context),
};

export const stageDefinition: ActorDefinition = {
  type: 'stage',
  version: STAGE_VERSION,
  machine: stageMachine,
  view: ({ context }: { context: StageState }) => stageView(context),
};

export function startOf(
  stages: StageDefinition[],
  parameters: StartExecution['parameters'] = {},
): StartExecution {
  const pipeline: Pipeline = { application: 'myapp', name: 'A pipeline', stages };
  return { executionId: 'x1', requestId: 'r1', pipeline, parameters, user: 'ann' };
}

export async function runPipeline(
  stages: StageDefinition[],
  options: { mode: Mode; parameters?: StartExecution['parameters'] } & Pick<
    GivenOptions,
    'activities' | 'actors'
  >,
): Promise<Run> {
  const { parameters, ...rest } = options;
  return given(executionDefinition, {
    ...rest,
    service: 'orca',
    id: 'x1',
    input: startOf(stages, parameters),
    others: [stageDefinition],
  });
}

export function executionOf(run: Run): ExecutionView {
  return ExecutionView.parse(run.view().detail);
}

/** Views of all stages, synthetic ones too, in order of birth. */
export function stagesOf(run: Run): StageView[] {
  const details = run.tree().map(({ detail }) => detail as { kind: string });
  return details.filter(({ kind }) => kind === 'stage').map((detail) => StageView.parse(detail));
}

export function stageOf(run: Run, refId: string): StageView {
  const found = stagesOf(run).find((stage) => stage.refId === refId);
  if (found === undefined)
    throw new Error(
      `No stage ${refId}: ${stagesOf(run)
        .map((stage) => stage.refId)
        .join()}`,
    );
  return found;
}

/** Statuses of the user's own stages, by refId. */
export function statusesOf(run: Run): Record<string, string> {
  return Object.fromEntries(executionOf(run).stages.map(({ refId, status }) => [refId, status]));
}

export type Asked = { operation: string; stage: string; context: OperationRequest['context'] };

/** All operations asked for, in order. */
export function asked(run: Run): Asked[] {
  return run.children().map(({ input }) => {
    const request = input as OperationRequest;
    return { operation: request.operation, stage: request.origin.stageRefId, context: request.context };
  });
}

export function succeeded(outputs: OperationResult['outputs'] = {}): OperationResult {
  return { status: 'succeeded', outputs, history: [] };
}

export function aServerGroup(name: string, fields: Partial<ServerGroup> = {}): ServerGroup {
  const cluster = name.replace(/-v\d+$/, '');
  return {
    account: 'mgmt',
    region: 'us-west-2',
    name,
    cluster,
    createdAtMs: 1_000,
    capacity: { min: 2, max: 2, desired: 2 },
    disabled: false,
    instances: [],
    imageId: 'ami-1',
    imageName: 'myapp-1.0',
    targetGroups: [],
    ...fields,
  };
}

/** A small cloud: it keeps server groups and answers operations at once. */
export class ScriptedCloud {
  readonly groups: ServerGroup[];
  constructor(groups: readonly ServerGroup[] = []) {
    this.groups = [...groups];
  }

  /** For `actors` of a run: each operation by its type. */
  actors(): NonNullable<GivenOptions['actors']> {
    const answer = (request: OperationRequest) => returns(this.run(request));
    return Object.fromEntries(
      [
        'createServerGroup',
        'cloneServerGroup',
        'resizeServerGroup',
        'enableServerGroup',
        'disableServerGroup',
        'destroyServerGroup',
        'awaitServerGroup',
        'describeCluster',
      ].map((operation) => [operation, answer]),
    );
  }

  run({ operation, context, application }: OperationRequest): OperationResult {
    const mine = this.groups.find(
      ({ name, region }) => name === context['serverGroupName'] && region === context['region'],
    );
    switch (operation) {
      case 'describeCluster': {
        const regions = context['regions'] as string[];
        const found = this.groups.filter(
          ({ cluster, region }) => cluster === context['cluster'] && regions.includes(region),
        );
        return succeeded({ serverGroups: found as never });
      }
      case 'createServerGroup':
      case 'cloneServerGroup':
        return this.#create(context, application);
      case 'disableServerGroup':
        if (mine) {
          mine.disabled = true;
          mine.instances = mine.instances.map((instance) => ({
            ...instance,
            health: 'outOfService' as const,
          }));
        }
        return succeeded();
      case 'enableServerGroup':
        if (mine) mine.disabled = false;
        return succeeded();
      case 'resizeServerGroup':
        if (mine) mine.capacity = context['capacity'] as ServerGroup['capacity'];
        return succeeded();
      case 'destroyServerGroup':
        if (mine) this.groups.splice(this.groups.indexOf(mine), 1);
        return succeeded();
      default:
        return succeeded();
    }
  }

  #create(context: OperationRequest['context'], application: string): OperationResult {
    const cluster = printed(context['cluster'] ?? application);
    const region = printed(context['region']);
    const siblings = this.groups.filter((group) => group.cluster === cluster && group.region === region);
    const numbers = siblings.map(({ name }) => Number(name.slice(-3)) + 1);
    const name = `${cluster}-v${String(Math.max(0, ...numbers)).padStart(3, '0')}`;
    const account = printed(context['credentials']);
    const createdAtMs = 1_000_000 + this.groups.length;
    const capacity = (context['capacity'] ?? { min: 1, max: 1, desired: 1 }) as ServerGroup['capacity'];
    this.groups.push(aServerGroup(name, { account, region, cluster, createdAtMs, capacity }));
    return succeeded({ 'deploy.server.groups': { [region]: [name] }, 'deploy.account.name': account });
  }
}
