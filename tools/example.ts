/** Runs a numbered example with a nats-server of its own: `npm run example -- 01`. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { startNatsServer } from './nats-server.ts';

const folder = path.join(path.dirname(import.meta.dirname), 'examples');
const [wanted = ''] = process.argv.slice(2);
const files = (await readdir(folder)).filter((file) => /^\d\d-.*\.ts$/.test(file)).toSorted();
const file = wanted === '' ? undefined : files.find((name) => name.startsWith(wanted));
if (file === undefined) {
  console.error(
    `Say which example, for example 'npm run example -- 01'. There are:\n  ${files.join('\n  ')}`,
  );
  process.exit(2);
}
const { main } = (await import(pathToFileURL(path.join(folder, file)).href)) as {
  main: (options: { servers: string[] }) => Promise<unknown>;
};
const dataDir = await mkdtemp(path.join(os.tmpdir(), 'windlass-example-'));
const server = await startNatsServer({ dataDir });
try {
  console.log(await main({ servers: [server.url] }));
} finally {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
