/** What orca runs: its actor types and its activities. */
import type { ActivityCatalog } from '#runtime/activity.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { executionView } from '#machines/orca/execution-state.ts';
import { EXECUTION_VERSION, executionMachine } from '#machines/orca/execution.machine.ts';
import { stageView } from '#machines/orca/stage-state.ts';
import { STAGE_VERSION, stageMachine } from '#machines/orca/stage.machine.ts';
import { webhook } from './activities/webhook.activity.ts';

const WEBHOOK_CONCURRENCY = 64;

export type OrcaCatalog = {
  definitions: readonly ActorDefinition[];
  activities: ActivityCatalog;
  queues: readonly { queue: string; concurrency: number }[];
};

/** @param options.webhookHosts hosts that webhook stages may call */
export function createOrcaCatalog(options: { webhookHosts: readonly string[] }): OrcaCatalog {
  return {
    definitions: [
      {
        type: 'execution',
        version: EXECUTION_VERSION,
        machine: executionMachine,
        view: ({ context }) => executionView(context),
      },
      {
        type: 'stage',
        version: STAGE_VERSION,
        machine: stageMachine,
        view: ({ context }) => stageView(context),
      },
    ],
    activities: { webhook: webhook({ allowedHosts: options.webhookHosts }) },
    queues: [{ queue: 'default', concurrency: WEBHOOK_CONCURRENCY }],
  };
}
