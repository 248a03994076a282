/** What would become of stored actors if these definitions were all there is: a dry run, of which nothing is stored. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Address } from '#contracts/address.ts';
import type { StallCause } from './definition-stall.ts';
import type { Kernel, StepOutcome } from './kernel/kernel.ts';
import type { Registry } from './registry.ts';
import { RuntimeError } from './runtime-error.ts';
import { chooseVersion, migrationFailed, type VersionMove } from './version-choice.ts';

export type Verdict = 'keeps' | 'adopts' | 'migrates' | 'strands';

export type Forecast = {
  address: Address;
  /** Version and structure it is pinned to now. */
  version: number;
  hash: string;
  verdict: Verdict;
  /** Where it would be then; absent when it strands. */
  to?: { version: number; hash: string };
  /** Of one that strands. */
  code?: string;
  why?: string;
  remedy?: string;
};

type Forecasting = { kernel: Kernel; registry: Registry; nowMs: number };

/**
 * Foretells one actor by what a node does that has these definitions and is alone. What a migration gives must hold a
 * step, too.
 */
export function forecast({ kernel, registry, nowMs }: Forecasting, record: ActorRecord): Forecast {
  const { address, definition } = record;
  const actor = { address, ...definition };
  if (record.status !== 'active') return { ...actor, verdict: 'keeps', to: definition };
  const choice = chooseVersion({ kernel, registry }, record);
  switch (choice.kind) {
    case 'keeps':
    case 'adopts':
      return { ...actor, verdict: choice.kind, to: choice.record.definition };
    case 'migrates':
      return moved(choice.move);
    case 'asks':
      return choice.move === null ? strands(choice.otherwise) : moved(choice.move);
  }

  function moved({ registered, chain }: VersionMove): Forecast {
    let outcome: StepOutcome;
    try {
      outcome = kernel.migrate(registered, record, { chain, nowMs });
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      return strands(migrationFailed(error.message));
    }
    const { status, state, definition: to } = outcome.record;
    if (status === 'active') return { ...actor, verdict: 'migrates', to };
    return strands(migrationFailed(`It would end as '${status}': ${state.error?.message ?? 'no error'}`));
  }

  function strands({ code, reason, remedy }: StallCause): Forecast {
    return { ...actor, verdict: 'strands', code, why: reason, remedy };
  }
}
