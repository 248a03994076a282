/** A process that has some versions of the actor type `parcel`. Run directly, it is that process. */
import { fileURLToPath } from 'node:url';
import { parcelFirst, parcelSecond } from './parcel.machine.ts';
import { runProbeNode, startProbeProcess, type ProbeProcess } from './probe-process.ts';

const VERSIONS = { '1': [parcelFirst], '2': [parcelSecond], '1+2': [parcelFirst, parcelSecond] } as const;
export type Versions = keyof typeof VERSIONS;

const PROGRAM = fileURLToPath(import.meta.url);

/** Starts one; resolves when it owns what it should. */
export function startParcelWorker(natsUrl: string, versions: Versions): Promise<ProbeProcess> {
  return startProbeProcess(PROGRAM, natsUrl, versions);
}

if (process.argv[1] === PROGRAM)
  await runProbeNode(process.argv[2] ?? '', {
    definitions: VERSIONS[(process.argv[3] ?? '1') as Versions],
    activities: { weigh: async (input) => (input as { weighed: number }).weighed + 1 },
  });
