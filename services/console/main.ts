/**
 * The console: a page for this machine's browser that shows actors live. It reads the bus and changes nothing.
 * Prints one JSON line when it is ready: `{"url": "http://127.0.0.1:4200"}`.
 */
import { connectBus } from '#bus/connect.ts';
import { readConfig } from './config.ts';
import { startConsole } from './start.ts';

const config = readConfig(process.argv.slice(2));
const bus = await connectBus({ servers: config.natsServers, name: 'windlass-console' });
const { natsServers: _servers, ...options } = config;
const running = await startConsole({ bus, ...options });

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void running
      .close()
      .then(() => bus.close())
      .then(() => process.exit(0));
  });
}
process.stdout.write(`${JSON.stringify({ url: running.url })}\n`);
