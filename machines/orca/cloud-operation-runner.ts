/**
 * The port CloudOperationRunner: how a stage has something done in the cloud.
 *
 * A stage places this slot in its `actors` and spawns it once per operation, with an explicit id and an
 * `OperationRequest`. The promise: the operation runs to its end exactly once, whatever crashes; its
 * `OperationResult` comes back as the output of `xstate.done.actor.<id>`. Business failure is a result.
 * `operation.cancel` asks it to stop and undo; the result then says `canceled`, or `stranded` with the list.
 *
 * This is the durable implementation: an actor of the service `clouddriver`, of the type named by the request.
 */
import type { PromiseActorLogic } from 'xstate';
import type { OperationRequest, OperationResult } from '#contracts/operation.ts';
import { durableActor } from '#machines/support/durable-actor.ts';

export type CloudOperationRunner = PromiseActorLogic<OperationResult, OperationRequest>;

export const cloudOperationRunner: CloudOperationRunner = durableActor<OperationResult, OperationRequest>({
  service: 'clouddriver',
  type: (request) => request.operation,
});
