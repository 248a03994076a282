/** The double as a process. Prints one JSON line when it is ready: `{"url": "http://127.0.0.1:4566"}`. */
import { readFile } from 'node:fs/promises';
import { readConfig } from './config.ts';
import { DEMO_SEED } from './seed/demo.ts';
import { Seed } from './seed/seed-format.ts';
import { startAwsDouble } from './start.ts';

const config = readConfig(process.argv.slice(2));

async function seedOf(name: string): Promise<Seed> {
  return name === 'demo' ? Seed.parse(DEMO_SEED) : Seed.parse(JSON.parse(await readFile(name, 'utf8')));
}

const double = await startAwsDouble({
  port: config.port,
  host: config.host,
  dataDir: config.dataDir,
  timings: config.timings,
  seed: config.seed === undefined ? undefined : await seedOf(config.seed),
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void double.close().then(() => process.exit(0)));
}
process.stdout.write(`${JSON.stringify({ url: double.url })}\n`);
