/**
 * A process that adds numbers. A faulty one breaks down over 13, so it can make no step with such an event; a mended one
 * can. Run directly, it is that process.
 */
import { fileURLToPath } from 'node:url';
import { assign, setup } from 'xstate';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { runProbeNode, startProbeProcess, type ProbeProcess } from './probe-process.ts';

export type TallyWorkerKind = 'faulty' | 'mended';

const PROGRAM = fileURLToPath(import.meta.url);
const UNLUCKY = 13;

const tallyMachine = setup({
  types: { context: {} as { sum: number }, events: {} as { type: 'ADD'; n: number } },
}).createMachine({
  id: 'tally',
  context: { sum: 0 },
  on: {
    ADD: { actions: assign({ sum: ({ context, event }) => context.sum + event.n }) },
  },
});

const tally = (kind: TallyWorkerKind): ActorDefinition => ({
  type: 'tally',
  version: 1,
  machine: tallyMachine,
  startOnEvent: true,
  checks: {
    event: (event) => {
      if (kind === 'faulty' && event['n'] === UNLUCKY) throw new Error('13 cannot be checked');
      return { value: event };
    },
  },
  view: ({ context }) => ({ sum: context['sum'] }),
});

/** Starts one; resolves when it owns what it should. */
export function startTallyWorker(natsUrl: string, kind: TallyWorkerKind): Promise<ProbeProcess> {
  return startProbeProcess(PROGRAM, natsUrl, kind);
}

if (process.argv[1] === PROGRAM)
  await runProbeNode(process.argv[2] ?? '', {
    definitions: [tally((process.argv[3] ?? '') as TallyWorkerKind)],
  });
