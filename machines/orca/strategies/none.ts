/** Leaves the old server groups as they are. */
import type { Strategy } from './strategy.ts';

export const noStrategy: Strategy = { name: 'none', after: () => [] };
