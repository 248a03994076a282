/** What the actors of one owned partition need. */
import type { NearWorker } from './near-tasks.ts';
import type { Clock, Ingress, Logs, OwnershipStore, RecordStore, Replies } from './ports.ts';
import type { RuntimeEvents } from './runtime-events.ts';
import type { StepMakerOptions } from './step-maker.ts';
import type { StepSlots } from './step-slots.ts';

export type ActorsOptions = StepMakerOptions & {
  node: string;
  partition: number;
  epoch: number;
  clock: Clock;
  store: RecordStore;
  logs: Logs;
  ingress: Ingress;
  replies: Replies;
  ownership: OwnershipStore;
  events: RuntimeEvents;
  /** Shared by all partitions of the node. */
  slots: StepSlots;
  /** Runs tasks of this partition's actors without a queue. */
  nearWorker: NearWorker;
  /** Whether a node is believed to be alive. */
  isAlive: (node: string) => boolean;
  /** Called once when another node turns out to own the partition. */
  onLost: () => void;
};
