/** What came of one seeded run. */
export type SimulationVerdict = {
  /** What must not be: lost, doubled, stuck, parked, out of order. Empty when all is well. */
  findings: string[];
  /** The same for two runs of the same seed. */
  traceHash: string;
  crashes: number;
  freezes: number;
  replacements: number;
};
