/** Strategies by the name that users write; no name and an empty one mean `none`. */
import type { Json } from '#contracts/json.ts';
import { highlander } from './highlander.ts';
import { noStrategy } from './none.ts';
import { redBlack } from './red-black.ts';
import type { Strategy } from './strategy.ts';

const BY_NAME = new Map([noStrategy, redBlack, highlander].map((strategy) => [strategy.name, strategy]));

export const STRATEGY_NAMES: readonly string[] = [...BY_NAME.keys()];

/** Undefined for a name that is not known. */
export function findStrategy(name: Json | undefined): Strategy | undefined {
  if (name === undefined || name === null || name === '') return noStrategy;
  return typeof name === 'string' ? BY_NAME.get(name.toLowerCase()) : undefined;
}
