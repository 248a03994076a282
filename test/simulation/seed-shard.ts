/** A child of `npm run simulate`: runs the seeds its parent names, one after the other. */
import type { SeedReport } from './run-seeds.ts';
import { WORLDS } from './worlds/worlds.ts';

const simulate = WORLDS[process.argv[2] ?? 'deployments'];
if (!simulate || !process.send) throw new Error('Start this by: npm run simulate');

process.on('message', (seed: number) => {
  void simulate(seed).then(({ deployments, traceHash, findings }) => {
    process.send?.({ seed, deployments, traceHash, found: findings } satisfies SeedReport);
  });
});
process.on('disconnect', () => process.exit(1));
process.send('ready');
