/** What the console's server pushes to its page. Each message stands for itself: one that comes twice changes nothing. */
import { z } from 'zod';
import { ActorStatus } from './actor-record.ts';
import { ActorView } from './actor-view.ts';
import { Address } from './address.ts';
import { StatechartDescription } from './statechart-description.ts';
import { StepNote } from './step-note.ts';
import { Tone } from './tone.ts';

/** An actor in words: what it is called, how it is. */
export const ActorSummary = z.object({
  address: Address,
  parent: Address.optional(),
  title: z.string(),
  /** As its users know it: `RUNNING`, `succeeded`, `active`. */
  statusText: z.string(),
  tone: Tone,
  status: ActorStatus,
  step: z.number().int().nonnegative(),
  startedAtMs: z.number().int(),
  updatedAtMs: z.number().int(),
});
export type ActorSummary = z.infer<typeof ActorSummary>;

export const ShownActor = z.object({ summary: ActorSummary, view: ActorView });
export type ShownActor = z.infer<typeof ShownActor>;

export const ConsoleMessage = z.discriminatedUnion('type', [
  /** First of each connection, and every few seconds: the server lives, and this is its time. */
  z.object({
    type: z.literal('pulse'),
    v: z.literal(1),
    nowMs: z.number().int(),
    /** Whether the server hears the bus now. */
    bus: z.enum(['connected', 'lost']),
  }),
  /** All root actors known now, in place of those told before. */
  z.object({ type: z.literal('roots'), roots: z.array(ActorSummary) }),
  z.object({ type: z.literal('root'), root: ActorSummary }),
  /** All actors of the chosen tree, in place of those told before. */
  z.object({ type: z.literal('tree'), root: z.string(), actors: z.array(ShownActor) }),
  z.object({ type: z.literal('actor'), actor: ShownActor }),
  z.object({
    type: z.literal('statechart'),
    service: z.string(),
    description: StatechartDescription,
  }),
  /** The latest steps of the chosen actor, oldest first; some may have been told already. */
  z.object({ type: z.literal('history'), address: Address, notes: z.array(StepNote) }),
  z.object({ type: z.literal('note'), address: Address, note: StepNote }),
  /** Something of what was asked for could not be read; it is tried again. */
  z.object({ type: z.literal('problem'), what: z.string(), why: z.string(), next: z.string() }),
]);
export type ConsoleMessage = z.infer<typeof ConsoleMessage>;
