/** Many random statecharts from one seed; a failing one is made smaller. */
import fc from 'fast-check';
import type { Mode } from '#test/support/machine-harness.ts';
import { chart, commands, type ChartSpec, type Command } from './chart-spec.ts';
import { compare, type Comparison } from './compare.ts';

export type Campaign = {
  machines: number;
  /** Moments at which both sides were compared and equal. */
  compared: number;
  ends: Partial<Record<Comparison['end'], number>>;
  /** The smallest statechart found on which both differ. */
  failure?: { spec: ChartSpec; commands: Command[]; mode: Mode; message: string };
};

const SHRINK_LIMIT_MS = 60_000;
const mode = fc.constantFrom<Mode>('straight', 'rehydrated');

export async function runCampaign({ seed, machines }: { seed: number; machines: number }): Promise<Campaign> {
  const campaign: Campaign = { machines: 0, compared: 0, ends: {} };
  const property = fc.asyncProperty(chart, commands, mode, async (spec, list, chosen) => {
    const { compared, end, difference } = await compare(spec, list, chosen);
    if (difference !== undefined) throw new Error(JSON.stringify(difference));
    campaign.machines += 1;
    campaign.compared += compared;
    campaign.ends[end] = (campaign.ends[end] ?? 0) + 1;
  });
  const parameters = { seed, numRuns: machines, interruptAfterTimeLimit: SHRINK_LIMIT_MS + machines * 1_000 };
  const result = await fc.check(property, parameters);
  if (!result.failed || result.counterexample === null) return campaign;
  const [spec, list, chosen] = result.counterexample;
  const message =
    result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
  return { ...campaign, failure: { spec, commands: list, mode: chosen, message } };
}
