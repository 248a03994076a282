/** The actor types of Clouddriver: one for each operation, and the keeper of server group names. */
import type { Json } from '#contracts/json.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import type { AccountDirectory } from '#machines/clouddriver/account-directory.ts';
import {
  AWAIT_TIMINGS,
  awaitServerGroupMachine,
  awaitView,
  type AwaitTimings,
} from '#machines/clouddriver/await-server-group.machine.ts';
import { cloneServerGroup, createServerGroup } from '#machines/clouddriver/create-server-group.ts';
import { describeCluster } from '#machines/clouddriver/describe-cluster.ts';
import { SAGA_TIMINGS, sagaMachine } from '#machines/clouddriver/saga/saga.machine.ts';
import type { SagaDefinition } from '#machines/clouddriver/saga/saga-definition.ts';
import type { SagaTimings } from '#machines/clouddriver/saga/saga-setup.ts';
import type { SagaTarget } from '#machines/clouddriver/saga/saga-step.ts';
import { destroyServerGroup } from '#machines/clouddriver/destroy-server-group.ts';
import { resizeServerGroup } from '#machines/clouddriver/resize-server-group.ts';
import { disableServerGroup, enableServerGroup } from '#machines/clouddriver/traffic-operations.ts';
import { namesView, serverGroupNamesMachine } from '#machines/clouddriver/server-group-names.machine.ts';

export type OperationTimings = { saga: SagaTimings; await: AwaitTimings };

export const OPERATION_TIMINGS: OperationTimings = { saga: SAGA_TIMINGS, await: AWAIT_TIMINGS };

/** @param accounts the same in every replica: whichever owns a request resolves it */
export function clouddriverDefinitions(
  accounts: AccountDirectory,
  timings: OperationTimings = OPERATION_TIMINGS,
): ActorDefinition[] {
  const saga = <Target extends SagaTarget, Facts extends object>(
    family: SagaDefinition<Target, Facts>,
  ): ActorDefinition => {
    const { machine, view } = sagaMachine(family, { accounts, timings: timings.saga });
    return { type: family.operation, version: 1, machine, view: view as (args: { context: never }) => Json };
  };
  return [
    saga(createServerGroup),
    saga(cloneServerGroup),
    saga(resizeServerGroup),
    saga(enableServerGroup),
    saga(disableServerGroup),
    saga(destroyServerGroup),
    saga(describeCluster),
    {
      type: 'awaitServerGroup',
      version: 1,
      machine: awaitServerGroupMachine({ accounts, timings: timings.await }),
      view: awaitView as (args: { context: never }) => Json,
    },
    {
      type: 'serverGroupNames',
      version: 1,
      machine: serverGroupNamesMachine,
      view: namesView,
      startOnEvent: true,
    },
  ];
}
