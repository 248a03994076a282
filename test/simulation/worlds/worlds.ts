/** What can be simulated, by name. */
import type { RunResult } from '../engine/run-result.ts';
import type { Weakness } from '../engine/simulated-bus.ts';
import { simulateDeployments } from './deployments.ts';
import { simulateOrders } from './orders.ts';
import { simulateTrips } from './trips.ts';

export type World = (seed: number, options?: { weaken?: Weakness }) => Promise<RunResult>;

export const WORLDS: Readonly<Record<string, World>> = {
  deployments: simulateDeployments,
  orders: simulateOrders,
  trips: simulateTrips,
};
