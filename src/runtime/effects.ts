/** What a step asks the world to do. Closed: whatever is not here cannot be made durable and is refused at registration. */
import type { ActivityTask } from '#contracts/activity-task.ts';
import type { Address } from '#contracts/address.ts';
import type { ActorEvent, Parent } from '#contracts/envelope.ts';
import type { Json } from '#contracts/json.ts';

export type Effect =
  /** Deliver an event to another actor's mailbox. */
  | { kind: 'send'; to: Address; event: ActorEvent }
  /** Tell the first actor of the tree, by the parent, that an actor has a system id, or has it no longer. */
  | { kind: 'system-id'; to: Address; systemId: string; holder: Address; isHeld: boolean }
  /** Deliver an event to whoever has a system id, by the parent. */
  | { kind: 'system-event'; to: Address; systemId: string; event: ActorEvent }
  /** Start a child actor, here or in another service. */
  | { kind: 'start-actor'; to: Address; input?: Json; parent: Parent }
  /** Stop a child actor. */
  | { kind: 'stop-actor'; to: Address }
  /** Ask a child actor to end; it may compensate first. */
  | { kind: 'cancel-actor'; to: Address; reason: string }
  /** Dispatch one attempt of an activity. */
  | { kind: 'run-activity'; task: ActivityTask }
  /** Tell the worker that nobody wants the result any more; its AbortSignal fires. Best effort: the birth fences. */
  | { kind: 'cancel-activity'; queue: string; childId: string; birth: number }
  /** Set the actor's alarm; replaces the one that is set. */
  | { kind: 'set-wake'; dueAtMs: number }
  /** Remove the actor's alarm. */
  | { kind: 'clear-wake' }
  /** Tell an event to whoever listens: it travels in the step's note. */
  | { kind: 'emit'; event: ActorEvent }
  /** A line for the operator's log. */
  | { kind: 'log'; label?: string; value: Json };
