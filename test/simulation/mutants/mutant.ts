/** A mutant: the runtime, or what it stands on, with one thing broken on purpose. A checker that misses it is blind. */
import type { Weakness } from '../engine/simulated-bus.ts';

/** One change of one file: `find` must be in it exactly once, so that a refactoring cannot switch a mutant off unseen. */
export type Patch = { file: string; find: string; replace: string };

export type Mutant = {
  name: string;
  /** What no longer holds. */
  breaks: string;
  /** Where it is looked for. */
  world: 'orders' | 'trips' | 'deployments';
  patches?: readonly Patch[];
  /** Instead of patches: a promise that the simulated bus breaks. */
  weaken?: Weakness;
};

/** Patched text. @throws Error when a snippet is not there exactly once */
export function patched(source: string, patches: readonly Patch[]): string {
  return patches.reduce((text, { file, find, replace }) => {
    const count = text.split(find).length - 1;
    if (count !== 1) throw new Error(`The snippet is ${count} times in ${file}, not once:\n${find}`);
    return text.replace(find, () => replace);
  }, source);
}
