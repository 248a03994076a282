/**
 * Records what a real nats-server does into `jetstream.json`: `node test/conformance/traces/record-trace.ts`.
 * To be run again when the server's version is raised; the difference is the news.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { openJetStream } from '../jetstream-binding.ts';
import { runPortTrace } from './port-trace.ts';

const bus = await openJetStream(1);
const trace = await runPortTrace(bus);
writeFileSync(path.join(import.meta.dirname, 'jetstream.json'), `${JSON.stringify(trace, null, 2)}\n`);
await bus.dispose();
process.exit();
