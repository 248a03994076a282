/** `windlass dev`: everything on this machine, kept running until Ctrl-C. */
import path from 'node:path';
import type { Command } from 'commander';
import { CliError, EXIT } from '../cli-error.ts';
import { DEV_DIR } from '../config.ts';
import { DevDeployment } from '../dev/dev-deployment.ts';
import { runDeployment } from '../dev/run-deployment.ts';
import { readDevState, removeDevState, writeDevState } from '../dev-state.ts';
import { invocationOf } from '../invocation.ts';
import type { Output } from '../output.ts';
import { positiveInteger } from './numbers.ts';

/** Where people and other programs look first. */
const PORTS = { nats: 4222, aws: 4566, smokeTest: 4580, console: 4200 };

type DevOptions = { orca: number; clouddriver: number; dataDir: string };

export function addDev(program: Command): void {
  program
    .command('dev')
    .summary('run everything on this machine')
    .description(
      'Run nats-server, the AWS double, orca, clouddriver and the console on this machine until Ctrl-C.\nStreams, cloud and logs are kept in its data folder; delete it to begin anew.',
    )
    .option('--orca <number>', 'orca nodes', positiveInteger, 1)
    .option('--clouddriver <number>', 'clouddriver nodes', positiveInteger, 1)
    .option('--data-dir <folder>', 'where streams, cloud and logs are kept', DEV_DIR)
    .action(runDev);
}

async function runDev(options: DevOptions, command: Command): Promise<void> {
  const { output } = await invocationOf(command);
  const dataDir = path.resolve(options.dataDir);
  const running = await readDevState(dataDir);
  if (running) {
    throw new CliError({
      code: 'DEV_ALREADY_RUNS',
      what: 'A windlass dev already runs here.',
      why: `It is the process ${running.pid}, with NATS at ${running.natsUrl}.`,
      next: 'Use it: windlass doctor. Or end it with Ctrl-C in its terminal.',
      exitCode: EXIT.conflict,
    });
  }
  const deployment = new DevDeployment({
    dataDir,
    orca: options.orca,
    clouddriver: options.clouddriver,
    console: true,
    ports: PORTS,
    onExit: ({ name, reason, restarting }) =>
      output.progress(`${name} ended (${reason})${restarting ? '; it is started again' : ''}`),
  });
  await runDeployment(deployment, {
    dataDir,
    onStart: () =>
      output.progress('Starting nats-server, the AWS double, orca, clouddriver and the console ...'),
    work: async (interruption) => {
      try {
        await announce(output, { deployment, dataDir });
        await interruption;
        output.progress('Stopping ...');
      } finally {
        await removeDevState(dataDir);
      }
    },
  });
}

async function announce(
  output: Output,
  { deployment, dataDir }: { deployment: DevDeployment; dataDir: string },
): Promise<void> {
  const { natsUrl, monitorUrl, awsUrl, smokeTestUrl, consoleUrl } = deployment;
  await writeDevState({ pid: process.pid, natsUrl, monitorUrl, awsUrl, smokeTestUrl, consoleUrl }, dataDir);
  const processes = deployment.processes.map(({ name, pid, logPath }) => ({ name, pid, logPath }));
  output.result({ natsUrl, monitorUrl, awsUrl, smokeTestUrl, consoleUrl, processes }, () => [
    output.table(
      ['PROCESS', 'PID', 'LOG'],
      processes.map(({ name, pid, logPath }) => [name, String(pid), path.relative(process.cwd(), logPath)]),
    ),
    '',
    output.table(
      ['WHAT', 'WHERE'],
      [
        ['console: actors, live', consoleUrl],
        ['NATS', natsUrl],
        ['NATS monitoring', monitorUrl],
        ['AWS double', `${awsUrl}  (what happened there: ${awsUrl}/_double/ledger)`],
        ['test service of the examples', smokeTestUrl],
      ],
    ),
    '',
    'In another terminal:',
    `  npm run windlass -- pipeline run examples/pipelines/01-red-black-two-regions.json --watch${smokeTestParameter(smokeTestUrl)}`,
    '  npm run windlass -- execution ls',
    '  npm run windlass -- doctor',
    'Kill any process of the list (kill -9 PID) while a pipeline runs: it is started again, and nothing is lost.',
    'Ctrl-C ends everything.',
  ]);
}

/** The examples know the usual port. */
function smokeTestParameter(smokeTestUrl: string): string {
  return smokeTestUrl.endsWith(`:${PORTS.smokeTest}`) ? '' : ` --param testService=${smokeTestUrl}`;
}
