#!/usr/bin/env node
/** The command line `windlass`. */
import type { Writable } from 'node:stream';
import { runCli } from './run-cli.ts';

// `windlass … | head` ends the reader first: what nobody reads any more is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
await runCli(process.argv.slice(2));
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// A timer that the client library leaves behind must not keep a finished command alive.
process.exit();

/** Resolves when everything written so far has left the process; exiting earlier would cut what is in a pipe. */
async function flushed(stream: Writable): Promise<void> {
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
}
