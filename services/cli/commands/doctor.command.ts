/** `windlass doctor`: is this deployment well, and who owns what. Exit code 1 when something is wrong. */
import type { Command } from 'commander';
import { surveyStreams } from '#bus/stream-survey.ts';
import { EXIT } from '../cli-error.ts';
import { examineOwners, readOwners } from '../doctor/examine-owners.ts';
import { examineClock, examineSync, examineVersion } from '../doctor/examine-server.ts';
import { examineRecords, readRecordSizes } from '../doctor/examine-records.ts';
import { examineDeadLetters, examineStreams } from '../doctor/examine-streams.ts';
import type { Finding, Verdict } from '../doctor/finding.ts';
import { invocationOf } from '../invocation.ts';
import type { Output, Style } from '../output.ts';
import type { Session } from '../session.ts';

const STYLES: Readonly<Record<Verdict, Style>> = {
  ok: 'green',
  warn: 'yellow',
  wrong: 'red',
  unknown: 'dim',
};

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('is this deployment well, and who owns what')
    .description(
      'Look at the server, the streams, the nodes and the partitions they own.\nExit code 1 when something is wrong.',
    )
    .option('--records', 'look at the size of every record, however many there are')
    .option('--monitor <url>', "the server's monitoring endpoint, say http://127.0.0.1:8222")
    .action(async (options: { monitor?: string; records?: true }, command: Command) => {
      const { output, devState, openSession } = await invocationOf(command);
      await using session = await openSession();
      const { findings, owners } = await examine(session, {
        monitorUrl: options.monitor ?? devState?.monitorUrl,
        isAsked: options.records === true,
      });
      const wrong = findings.filter(({ verdict }) => verdict === 'wrong');
      output.result({ healthy: wrong.length === 0, findings, owners }, () => report(output, findings));
      if (wrong.length > 0) process.exitCode = EXIT.failure;
    });
}

type Examination = {
  findings: Finding[];
  owners: { service: string; node: string; pid: number; partitions: readonly number[] }[];
};

type Wanted = { monitorUrl: string | undefined; isAsked: boolean };

async function examine(session: Session, { monitorUrl, isAsked }: Wanted): Promise<Examination> {
  const { bus, topology } = session;
  const server = [examineVersion(bus), await examineSync(monitorUrl)];
  if (topology === null) {
    const missing: Finding = {
      check: 'streams',
      verdict: 'wrong',
      detail: 'there are none: no orca or clouddriver ever started on this server',
      remedy: 'Start them, or everything with: windlass dev',
    };
    return { findings: [...server, missing], owners: [] };
  }
  const [clock, survey, services] = await Promise.all([
    examineClock(bus),
    surveyStreams(bus),
    Promise.all(topology.services.map((service) => readOwners({ bus, topology, service }))),
  ]);
  const records = await Promise.all(
    topology.services.map(async (service) =>
      examineRecords(service, await readRecordSizes({ bus, topology, service }, { survey, isAsked })),
    ),
  );
  return {
    findings: [
      ...server,
      clock,
      ...examineStreams(survey, topology),
      ...services.map((service) => examineOwners(service, topology)),
      ...records,
      examineDeadLetters(survey),
    ],
    owners: services.flatMap(({ service, nodes }) =>
      nodes.map(({ node, pid, owned }) => ({ service, node, pid, partitions: owned })),
    ),
  };
}

function report(output: Output, findings: readonly Finding[]): string[] {
  const rows = findings.map(({ check, verdict, detail }) => [
    output.paint(STYLES[verdict], verdict),
    check,
    detail,
  ]);
  const remedies = findings.flatMap(({ check, remedy }) => (remedy ? [`${check}: ${remedy}`] : []));
  return [output.table(['', 'CHECK', 'FOUND'], rows), ...(remedies.length > 0 ? ['', ...remedies] : [])];
}
