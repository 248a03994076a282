/** `windlass demo`: everything from nothing, the first example live, and what it did, read back from the AWS API. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { requestSubjects } from '#contracts/subjects.ts';
import { EXIT, errorTextOf, type ExitCode } from '../cli-error.ts';
import { ROOT } from '../config.ts';
import { DevDeployment } from '../dev/dev-deployment.ts';
import { rejection, runDeployment } from '../dev/run-deployment.ts';
import { invocationOf, type Invocation } from '../invocation.ts';
import { refusal } from '../problems.ts';
import { sendRequest } from '../send-request.ts';
import { Session } from '../session.ts';
import { watchExecution } from '../watch/watch-execution.ts';

const EXAMPLE = path.join('examples', 'pipelines', '01-red-black-two-regions.json');
const REGIONS = ['us-east-1', 'us-east-2'];
const APPLICATION = 'payments';
const TIMEOUT_MS = 180_000;

export function addDemo(program: Command): void {
  program
    .command('demo')
    .summary('deploy to two regions of a pretended cloud, from nothing')
    .description(
      'Start everything on free ports and in a fresh folder, run the first example, read the result back from the AWS API, and end everything again.',
    )
    .action(async (_options: unknown, command: Command) => {
      process.exitCode = await runDemo(await invocationOf(command));
    });
}

async function runDemo(cli: Invocation): Promise<ExitCode> {
  const { output } = cli;
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'windlass-demo-'));
  const deployment = new DevDeployment({ dataDir });
  let exitCode: ExitCode = EXIT.failure;
  try {
    exitCode = await runDeployment(deployment, {
      dataDir,
      onStart: () =>
        output.progress('Starting nats-server, a pretended AWS, orca and clouddriver on free ports ...'),
      work: (interruption) => Promise.race([showcase(cli, deployment), rejection(interruption)]),
    });
    return exitCode;
  } catch (error) {
    exitCode = errorTextOf(error).exitCode;
    throw error;
  } finally {
    if (exitCode === EXIT.ok || exitCode === EXIT.interrupted)
      await rm(dataDir, { recursive: true, force: true });
    else output.progress(`The logs of everything are kept in ${dataDir}`);
  }
}

async function showcase(cli: Invocation, deployment: DevDeployment): Promise<ExitCode> {
  const { output } = cli;
  for (const { name, pid } of deployment.processes)
    output.progress(`  ${name} runs as process ${pid ?? '?'}`);
  await showServerGroups(cli, deployment, 'Before:');
  const exitCode = await deploy(cli, deployment);
  await showServerGroups(cli, deployment, 'After, read back from the AWS API:');
  for (const line of NEXT) output.progress(line);
  return exitCode;
}

const NEXT = [
  '',
  'Next: npm run dev      keeps all of it running; kill any of its processes while a pipeline runs.',
  `      npm run windlass -- pipeline run ${EXAMPLE} --watch      in a second terminal.`,
];

async function deploy(cli: Invocation, deployment: DevDeployment): Promise<ExitCode> {
  const { output } = cli;
  const pipeline: unknown = JSON.parse(await readFile(path.join(ROOT, EXAMPLE), 'utf8'));
  await using session = await Session.open([deployment.natsUrl]);
  const answer = await sendRequest(session, {
    subject: requestSubjects.deploy,
    body: { pipeline, user: cli.user, parameters: { testService: deployment.smokeTestUrl } },
  });
  if ('problems' in answer) throw refusal(output, answer.problems, { what: 'The example was refused.' });
  const { executionId } = answer.accepted;
  output.line(`Execution ${executionId} of ${EXAMPLE}`);
  const { exitCode } = await watchExecution({
    output,
    session,
    executionId,
    stream: output.stderr,
    timeoutMs: TIMEOUT_MS,
    mayBeMissing: true,
  });
  return exitCode;
}

async function showServerGroups(cli: Invocation, deployment: DevDeployment, title: string): Promise<void> {
  // The SDK takes a moment to load: no other command should pay for it.
  const { readServerGroups } = await import('../providers/aws/read-server-groups.ts');
  const groups = await readServerGroups({
    endpoint: deployment.awsUrl,
    regions: REGIONS,
    application: APPLICATION,
  });
  const { output } = cli;
  const render = (): string[] => [
    '',
    title,
    output.table(
      ['REGION', 'SERVER GROUP', 'TRAFFIC', 'INSTANCES', 'IMAGE'],
      groups.map(({ region, name, enabled, instances, image }) => [
        region,
        name,
        enabled ? output.paint('green', 'enabled') : output.paint('dim', 'disabled'),
        String(instances),
        image,
      ]),
    ),
    '',
  ];
  output.result(groups, render);
}
