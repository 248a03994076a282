/**
 * The least that a worker can be: `node bench/subjects/by-hand-worker.ts <nats url>`, the recorded units as JSON on stdin.
 * Answers each request when the writes of one unit are stored; there is no machine, no record and no check. Says `ready`
 * on stdout.
 */
import { text } from 'node:stream/consumers';
import { connectBus } from '#bus/connect.ts';
import { BY_HAND_SUBJECT } from '../subject.ts';
import { writesByHand, type WriteUnit } from './recorded-writes.ts';

const [url = ''] = process.argv.slice(2);
const units = JSON.parse(await text(process.stdin)) as WriteUnit[];
const bus = await connectBus({ servers: [url], name: 'by-hand-worker' });
const write = await writesByHand(bus, units);
bus.subscribe(BY_HAND_SUBJECT, {
  callback: (_error, message) => void write(message.string()).then(() => message.respond()),
});
await bus.flush();
process.stdout.write('ready\n');
