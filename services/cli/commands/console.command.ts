/** `windlass console`: the page that shows actors live, for a deployment that runs elsewhere. `windlass dev` has its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Command } from 'commander';
import { CliError, EXIT } from '../cli-error.ts';
import { ROOT, childEnvironment } from '../config.ts';
import { invocationOf } from '../invocation.ts';
import { portNumber } from './numbers.ts';

export function addConsole(program: Command): void {
  program
    .command('console')
    .summary('show actors live in a browser of this machine')
    .description(
      'Serve a page on 127.0.0.1 that shows actors live, of any service on the NATS server, until Ctrl-C.\nIt reads and changes nothing, and needs no internet.',
    )
    .option('--port <number>', 'port on 127.0.0.1; 0 for any free one', portNumber, 4_200)
    .action(async ({ port }: { port: number }, command: Command) => {
      const { output, openSession, servers } = await invocationOf(command);
      // A server that cannot be reached is told in the words of every command.
      await (await openSession())[Symbol.asyncDispose]();
      const child = spawn(
        process.execPath,
        [path.join(ROOT, 'services', 'console', 'main.ts'), `--port=${port}`],
        {
          env: childEnvironment({ NATS_URL: servers.join(',') }),
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      child.stdout.on('data', (line: Buffer) => {
        const { url } = JSON.parse(line.toString()) as { url: string };
        output.result({ url }, () => url);
        output.progress('Open it in a browser of this machine. Ctrl-C ends it; the actors go on.');
      });
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.on(signal, () => child.kill('SIGTERM'));
      }
      const [exitCode] = (await once(child, 'exit')) as [number | null];
      if (exitCode !== 0) throw ended(port);
    });
}

function ended(port: number): CliError {
  return new CliError({
    code: 'CONSOLE_ENDED',
    what: 'The console did not start, or ended.',
    why: `Its own words are above; most often port ${port} is taken, by a windlass dev perhaps.`,
    next: 'Choose another port: windlass console --port 0',
    exitCode: EXIT.failure,
  });
}
