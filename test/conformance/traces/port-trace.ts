/**
 * One run through what the runtime relies on from the bus, written down as observations: which commits are refused and
 * why, what arrives in which order, what is delivered again and what never comes. Names and order, no clock times and no
 * absolute sequences, so that a trace of the real server can be held against any binding.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '#contracts/address.ts';
import { placeOf } from '#contracts/topology.ts';
import type { NodePorts } from '#runtime/node.ts';
import type { LogEntry } from '#runtime/ports.ts';
import { aCommit, aTask, rootAddress } from '#test/support/records.ts';
import type { PortsUnderTest } from '../node-ports.ts';

const QUIET_MS = 400;
const ARRIVAL_MS_MAX = 10_000;

export type PortTrace = Record<string, readonly string[]>;

type Scenario = { bus: PortsUnderTest; node: NodePorts };

/** Runs every scenario on a fresh bus. */
export async function runPortTrace(bus: PortsUnderTest): Promise<PortTrace> {
  const scenario: Scenario = { bus, node: bus.portsOf('orca', 'trace-a') };
  return {
    'claims by an epoch that was seen': await claims(scenario),
    'commits by two owners of one record': await commits(scenario),
    'a repeated envelope, before and after it was forgotten': await repeats(scenario),
    'a log read from the start after entries were forgotten': await gaps(scenario),
    'alarms that are replaced, cleared and due': await alarms(scenario),
    'a task whose worker fails twice': await deliveries(scenario),
    'what one commit sends': await sends(scenario),
  };
}

async function claims({ node }: Scenario): Promise<string[]> {
  const seen: string[] = [];
  const partition = 1;
  const watched: (string | null)[] = [];
  const watch = await node.ownership.watch((owner) => {
    if (owner.partition === partition) watched.push(owner.node);
  });
  const first = await node.ownership.claim({ partition, node: 'x', seenEpoch: 0 });
  seen.push(`x by 0: ${first === null ? 'refused' : 'granted'}`);
  const late = await node.ownership.claim({ partition, node: 'y', seenEpoch: 0 });
  seen.push(`y by 0: ${late === null ? 'refused' : 'granted'}`);
  const second = await node.ownership.claim({ partition, node: 'y', seenEpoch: first ?? 0 });
  seen.push(
    `y by the epoch of x: ${second !== null && second > (first ?? 0) ? 'granted, higher' : 'refused'}`,
  );
  await node.ownership.release({ partition, epoch: first ?? 0 });
  await node.ownership.release({ partition, epoch: second ?? 0 });
  await until(() => watched.length >= 3);
  await watch.close();
  return [...seen, `watched: ${watched.map((owner) => owner ?? 'nobody').join(', ')}`];
}

async function commits(scenario: Scenario): Promise<string[]> {
  const { bus, node } = scenario;
  const address = rootAddress('orca', 'commits');
  const { partition } = placeOf(address, bus.topology);
  const epoch = await owned(scenario, address);
  const base = { address, topology: bus.topology };
  const effects = [{ kind: 'send' as const, to: rootAddress('orca', 'other'), event: { type: 'HELLO' } }];
  const seen: string[] = [];
  const attempt = async (name: string, commit: Parameters<typeof aCommit>[0]): Promise<number> => {
    try {
      const revision = await node.store.commit(aCommit(commit));
      seen.push(`${name}: stored`);
      return revision;
    } catch (error) {
      seen.push(`${name}: ${(error as Error).name}`);
      return 0;
    }
  };
  const first = await attempt('new', { ...base, epoch });
  await attempt('new again', { ...base, epoch });
  await attempt('by an old revision', { ...base, epoch, expectedRevision: first + 1_000, step: 2 });
  const second = await attempt('with sends', { ...base, epoch, expectedRevision: first, step: 2, effects });
  const next = (await node.ownership.claim({ partition, node: 'trace-b', seenEpoch: epoch })) ?? 0;
  await attempt('with sends, by the former owner', {
    ...base,
    epoch,
    expectedRevision: second,
    step: 3,
    effects,
  });
  await attempt('with sends, by the new owner', {
    ...base,
    epoch: next,
    expectedRevision: second,
    step: 3,
    effects,
  });
  seen.push(`stored in the end: step ${(await node.store.load(address))?.record.step}`);
  return seen;
}

async function repeats(scenario: Scenario): Promise<string[]> {
  const { bus, node } = scenario;
  const to = rootAddress('orca', 'repeats');
  const entries = await read(scenario, to);
  const send = (id: string): Promise<void> =>
    node.ingress.send({ v: 1, kind: 'event', id: `trace-${id}`, to, event: { type: id } });
  await send('a');
  await send('a');
  await send('b');
  await until(() => entries.length >= 2);
  const { partition } = placeOf(to, bus.topology);
  const belowSequence = (entries.at(-1)?.sequence ?? 0) + 1;
  await node.logs.purge({ log: 'ingress', partition, belowSequence });
  await send('a');
  await send('c');
  await until(() => entries.length >= 3);
  await sleep(QUIET_MS);
  return [namesOf(entries)];
}

async function gaps(scenario: Scenario): Promise<string[]> {
  const { bus, node } = scenario;
  const to = rootAddress('orca', 'gaps');
  const first = await read(scenario, to);
  for (const id of ['1', '2', '3', '4']) {
    await node.ingress.send({ v: 1, kind: 'event', id: `gap-${id}`, to, event: { type: id } });
  }
  await until(() => first.length >= 4);
  const { partition } = placeOf(to, bus.topology);
  await node.logs.purge({ log: 'ingress', partition, belowSequence: first[2]?.sequence ?? 0 });
  const again = await read(scenario, to);
  await until(() => again.length >= 2);
  await node.ingress.send({ v: 1, kind: 'event', id: 'gap-5', to, event: { type: '5' } });
  await until(() => again.length >= 3);
  const isRising = again.every(
    (entry, index) => index === 0 || entry.sequence > (again[index - 1]?.sequence ?? 0),
  );
  return [namesOf(again), `sequences: ${isRising ? 'rising' : 'not rising'}`];
}

async function alarms(scenario: Scenario): Promise<string[]> {
  const { bus, node } = scenario;
  const dueAtMs = node.clock.nowMs() + 300;
  const rings: string[] = [];
  for (const [name, dues] of [
    ['due', [dueAtMs]],
    ['brought forward', [dueAtMs + 3_600_000, dueAtMs]],
    ['put off', [dueAtMs, dueAtMs + 3_600_000]],
    ['cleared', [dueAtMs, null]],
  ] as const) {
    const address = rootAddress('orca', `alarm-${name.replaceAll(' ', '-')}`);
    const epoch = await owned(scenario, address);
    const entries = await read(scenario, address);
    let revision = 0;
    for (const [index, due] of dues.entries()) {
      const effects = [
        due === null ? { kind: 'clear-wake' as const } : { kind: 'set-wake' as const, dueAtMs: due },
      ];
      revision = await node.store.commit(
        aCommit({
          address,
          epoch,
          topology: bus.topology,
          expectedRevision: revision,
          step: index + 1,
          effects,
        }),
      );
    }
    if (name === 'due' || name === 'brought forward') await until(() => entries.length > 0);
    else await sleep(1_000);
    await sleep(QUIET_MS);
    rings.push(`${name}: ${entries.map(({ envelope }) => envelope?.kind).join(', ') || 'silent'}`);
  }
  return rings;
}

async function deliveries(scenario: Scenario): Promise<string[]> {
  const { bus, node } = scenario;
  const actor = rootAddress('orca', 'deliveries');
  const epoch = await owned(scenario, actor);
  await read(scenario, actor);
  const counts: number[] = [];
  await node.activityQueues.consume({ queue: 'trace', concurrency: 1 }, async (_task, { deliveryCount }) => {
    counts.push(deliveryCount);
    if (deliveryCount < 3) throw new Error('the worker failed');
  });
  const effects = [{ kind: 'run-activity' as const, task: aTask(actor, 'trace') }];
  await node.store.commit(aCommit({ address: actor, epoch, topology: bus.topology, effects }));
  await until(() => counts.length >= 3);
  await sleep(1_500); // longer than the wait before another try
  return [`deliveries: ${counts.join(', ')}`];
}

async function sends(scenario: Scenario): Promise<string[]> {
  const { bus, node } = scenario;
  const from = rootAddress('orca', 'sends');
  const to = rootAddress('orca', 'receiver');
  const epoch = await owned(scenario, from);
  await read(scenario, from);
  const entries = await read(scenario, to);
  const effects = ['ONE', 'TWO', 'THREE'].map((type) => ({ kind: 'send' as const, to, event: { type } }));
  await node.store.commit(aCommit({ address: from, epoch, topology: bus.topology, effects }));
  await until(() => entries.length >= 3);
  return [namesOf(entries)];
}

async function owned({ bus, node }: Scenario, address: Address): Promise<number> {
  const { partition } = placeOf(address, bus.topology);
  const seenEpoch = await node.ownership.currentEpoch(partition);
  return (await node.ownership.claim({ partition, node: 'trace-a', seenEpoch })) ?? 0;
}

async function read({ bus, node }: Scenario, address: Address): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  await node.logs.read([placeOf(address, bus.topology).partition], (entry) => {
    if (entry.envelope?.to === address) entries.push(entry);
  });
  return entries;
}

function namesOf(entries: readonly LogEntry[]): string {
  return entries
    .map(({ envelope }) => (envelope?.kind === 'event' ? envelope.event.type : envelope?.kind))
    .join(', ');
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + ARRIVAL_MS_MAX;
  while (!condition() && performance.now() < deadline) await sleep(10);
}
