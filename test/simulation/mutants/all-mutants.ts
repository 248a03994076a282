/** Every mutant that the simulation must catch. */
import { BUS_MUTANTS } from './bus-mutants.ts';
import { CLOUD_MUTANTS } from './cloud-mutants.ts';
import { KERNEL_MUTANTS } from './kernel-mutants.ts';
import type { Mutant } from './mutant.ts';
import { RUNTIME_MUTANTS } from './runtime-mutants.ts';

export const MUTANTS: readonly Mutant[] = [
  ...BUS_MUTANTS,
  ...RUNTIME_MUTANTS,
  ...KERNEL_MUTANTS,
  ...CLOUD_MUTANTS,
];
