import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientsOf, createGroup, ledgerOf, postJson, resourcesOf } from './double-clients.ts';

const MAIN = path.join(import.meta.dirname, '../../../services/aws-double/main.ts');

interface DoubleProcess {
  readonly child: ChildProcess;
  readonly url: string;
}

async function spawnDouble(dataDir: string): Promise<DoubleProcess> {
  const timings = JSON.stringify({ launchDelayMs: 0, pendingMs: 100 });
  const args = [MAIN, '--port', '0', '--data-dir', dataDir, '--seed', 'demo', '--timings', timings];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  return { child, url };
}

async function killHard({ child }: DoubleProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

describe('a restart of the double', () => {
  let dataDir: string;
  const running: DoubleProcess[] = [];
  const start = async (): Promise<DoubleProcess> => {
    const started = await spawnDouble(dataDir);
    running.push(started);
    return started;
  };
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'aws-double-'));
  });
  afterEach(async () => {
    for (const { child } of running.splice(0)) child.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  it('keeps resources, ledger, faults and tokens after kill -9', async () => {
    // given a double that has done things
    const first = await start();
    const clients = clientsOf(first.url);
    await createGroup(clients, 'payments-v001');
    const template = {
      LaunchTemplateName: 'with-token',
      ClientToken: 'token-1',
      LaunchTemplateData: { InstanceType: 't3.small' as const },
    };
    const { LaunchTemplate: made } = await clients.ec2.createLaunchTemplate(template);
    await postJson(`${first.url}/_double/faults`, {
      rules: [{ fault: 'throttle', match: { action: 'DescribeTags' }, times: 3 }],
    });
    await expect(clients.autoScaling.describeTags({})).rejects.toMatchObject({ name: 'Throttling' });
    const ledger = await ledgerOf(first.url);
    const groups = await resourcesOf(first.url, 'autoScalingGroup');
    // when it is killed and started again
    await killHard(first);
    const second = await start();
    const again = clientsOf(second.url);
    // then it knows everything
    expect((await ledgerOf(second.url)).slice(0, ledger.length)).toEqual(ledger);
    expect((await resourcesOf(second.url, 'autoScalingGroup')).map((life) => life.id)).toEqual(
      groups.map((life) => life.id),
    );
    expect((await again.ec2.createLaunchTemplate(template)).LaunchTemplate?.LaunchTemplateId).toBe(
      made?.LaunchTemplateId,
    );
    // and the rule has two hits left
    for (const expected of ['Throttling', 'Throttling', 'accepted']) {
      const outcome = await again.autoScaling.describeTags({}).then(
        () => 'accepted',
        (error: Error) => error.name,
      );
      expect(outcome).toBe(expected);
    }
    // and time went on for the group meanwhile
    const seen = await again.autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: ['payments-v001'],
    });
    expect(seen.AutoScalingGroups?.[0]?.Instances).toHaveLength(2);
  });

  it('loses no answered call when it is killed in the middle of many', async () => {
    // given calls that never stop
    const first = await start();
    const clients = clientsOf(first.url);
    const answered: string[] = [];
    let isStopping = false;
    const workers = Array.from({ length: 8 }, async (_, worker) => {
      for (let count = 0; !isStopping; count += 1) {
        const name = `w${worker}-${count}`;
        try {
          await clients.ec2.createLaunchTemplate({
            LaunchTemplateName: name,
            LaunchTemplateData: { InstanceType: 't3.small' },
          });
          answered.push(name);
        } catch {
          return;
        }
      }
    });
    while (answered.length < 100) await new Promise((resolve) => setTimeout(resolve, 5));
    // when the double is killed
    await killHard(first);
    isStopping = true;
    await Promise.all(workers);
    // then every call that was answered is known
    const second = await start();
    const { LaunchTemplates = [] } = await clientsOf(second.url).ec2.describeLaunchTemplates({});
    const names = LaunchTemplates.map((template) => template.LaunchTemplateName);
    expect(answered.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('drops a line that was cut short and goes on behind it', async () => {
    const first = await start();
    await createGroup(clientsOf(first.url), 'payments-v001');
    await killHard(first);
    await appendFile(path.join(dataDir, 'journal.jsonl'), '{"line":"call","number":99,"entr');
    const second = await start();
    await createGroup(clientsOf(second.url), 'payments-v002');
    await killHard(second);
    const third = await start();
    const groups = await resourcesOf(third.url, 'autoScalingGroup');
    const names = groups.filter((life) => life.region === 'us-east-1').map((life) => life.id);
    expect(names).toEqual(['payments-v000', 'payments-v001', 'payments-v002']);
  });
});
