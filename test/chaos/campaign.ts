/** One chaos run: starts deployments and kills processes in turn, until both are used up and everything has ended. */
import type { Bus } from '#bus/connect.ts';
import { ExecutionView } from '#contracts/execution.ts';
import { STREAM, requestSubjects } from '#contracts/subjects.ts';
import { RequestAnswer } from '#contracts/user-request.ts';
import type { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import type { Fleet } from './fleet.ts';
import type { Recovery } from './recovery.ts';
import { deployRequest } from './scenario.ts';
import type { ServerFault } from './servers/servers-under-test.ts';
import { leaderOf, untilCurrent } from './servers/stream-leaders.ts';

const FREEZE_MS = 20_000;
/** A frozen process is noticed after three seconds; kills of others are measured apart from that. */
const FREEZE_NOTICE_MS = 5_000;
const END_TIMEOUT_MS = 300_000;
const SETTLE_TIMEOUT_MS = 60_000;
const CATCH_UP_TIMEOUT_MS = 60_000;
/** Whoever leads one of them is the one whose loss is felt. */
const CORE_STREAMS = [
  STREAM.core('orca', 0),
  STREAM.core('clouddriver', 0),
  STREAM.ingress('orca'),
  STREAM.ingress('clouddriver'),
] as const;

export type CampaignOptions = {
  fleet: Fleet;
  bus: Bus;
  views: JetStreamViews;
  recovery: Recovery;
  deployments: number;
  kills: number;
  /** Each n-th kill breaks a server instead of a worker. */
  serverEvery: number;
  seed: number;
  awsFaults: boolean;
  say: (text: string) => void;
};

export class Campaign {
  /** Execution id by deployment. */
  readonly executions = new Map<number, string>();
  readonly recoveriesMs: number[] = [];
  readonly serverRecoveries: { fault: ServerFault; ms: number }[] = [];
  frozen = 0;
  faultHits: readonly number[] = [];
  readonly #options: CampaignOptions;
  #random: number;
  #frozenReplica = -1;

  constructor(options: CampaignOptions) {
    this.#options = options;
    this.#random = options.seed;
  }

  async run(): Promise<void> {
    const { deployments, kills, say, awsFaults } = this.#options;
    await this.#settled();
    if (awsFaults) await this.#setFaults();
    say('every partition has an owner');
    const rounds = Math.max(deployments, kills);
    let freeze: { thawed: Promise<void> } | undefined;
    for (let round = 0; round < rounds; round += 1) {
      if (round < deployments) await this.#deploy(round);
      if (round === Math.floor(kills / 2)) freeze = await this.#freezeOne();
      if (round < kills)
        await ((round + 1) % this.#options.serverEvery === 0 ? this.#breakServer() : this.#killWorker());
    }
    await freeze?.thawed;
    await this.#allEnded();
    await this.#readFaults();
  }

  async #deploy(deployment: number): Promise<void> {
    const body = JSON.stringify(deployRequest(deployment));
    for (let attempt = 1; attempt <= 60; attempt += 1) {
      try {
        const reply = await this.#options.bus.request(requestSubjects.deploy, body, { timeout: 5_000 });
        const answer = RequestAnswer.parse(reply.json());
        if ('error' in answer) throw new Error(answer.error.description);
        this.executions.set(deployment, answer.executionId);
        return;
      } catch (error) {
        // The same request id: asking again starts nothing twice.
        if (attempt >= 60) throw error;
        await sleep(250);
      }
    }
  }

  async #killWorker(): Promise<void> {
    const { fleet, recovery, say } = this.#options;
    const index = this.#pick(fleet.replicas.length);
    const doomed = fleet.replicas[index];
    if (!doomed) return;
    const owned = recovery.ownedBy(doomed.service, doomed.child.pid ?? 0);
    const { service, pid } = await fleet.kill(index);
    const slowest = await recovery.slowest(service, owned);
    if (slowest === null) say(`${service} ${pid} killed: a partition did not come back within a minute`);
    else
      say(
        `${service} ${pid} killed with ${owned.length} partitions: moving again after ${Math.round(slowest)} ms`,
      );
    if (owned.length > 0) this.recoveriesMs.push(slowest ?? SETTLE_TIMEOUT_MS);
    fleet.replace(index);
    await sleep(1_000);
  }

  /** Breaks the server that leads a core stream, and measures how long until both services commit again. */
  async #breakServer(): Promise<void> {
    const { fleet, recovery, say, bus } = this.#options;
    const { servers } = fleet;
    const count = this.serverRecoveries.length;
    const fault = servers.faults[count % servers.faults.length] ?? 'kill';
    const stream = CORE_STREAMS[count % CORE_STREAMS.length] ?? CORE_STREAMS[0];
    const alone = servers.names.length === 1;
    const name = alone ? (servers.names[0] ?? '') : await leaderOf(bus, stream);
    const brokenAt = performance.now();
    await servers.break(name, fault);
    await Promise.all([
      recovery.slowest('orca', [0, 21, 42, 63]),
      recovery.slowest('clouddriver', [0, 21, 42, 63]),
    ]);
    const ms = performance.now() - brokenAt;
    this.serverRecoveries.push({ fault, ms });
    say(
      `${alone ? 'nats-server' : `leader of ${stream}`}: ${fault}; both services commit after ${Math.round(ms)} ms`,
    );
    await servers.mend(name, fault);
    // One fault at a time: two of three servers that are not whole have no majority.
    await servers.untilHealthy();
    if (!alone) await untilCurrent(bus, { streams: CORE_STREAMS, timeoutMs: CATCH_UP_TIMEOUT_MS });
  }

  /** Resolves when the others have noticed. */
  async #freezeOne(): Promise<{ thawed: Promise<void> }> {
    const { fleet, say } = this.#options;
    this.#frozenReplica = this.#pick(fleet.replicas.length);
    const frozen = fleet.replicas[this.#frozenReplica];
    frozen?.child.kill('SIGSTOP');
    this.frozen += 1;
    say(`${frozen?.service} ${frozen?.child.pid} frozen for ${FREEZE_MS} ms`);
    const thaw = sleep(FREEZE_MS).then(() => {
      frozen?.child.kill('SIGCONT');
      this.#frozenReplica = -1;
      say(`${frozen?.service} ${frozen?.child.pid} goes on`);
    });
    await sleep(FREEZE_NOTICE_MS);
    return { thawed: thaw };
  }

  async #settled(): Promise<void> {
    const deadline = performance.now() + SETTLE_TIMEOUT_MS;
    while (!this.#options.recovery.isSettled()) {
      if (performance.now() > deadline)
        throw new Error('The fleet did not take all partitions within a minute.');
      await sleep(100);
    }
    // The last to start take their share from the first.
    await sleep(3_000);
  }

  async #allEnded(): Promise<void> {
    const { views, say } = this.#options;
    const deadline = performance.now() + END_TIMEOUT_MS;
    for (;;) {
      const all = await views.readType({ service: 'orca', type: 'execution' });
      const open = all.filter(
        (view) => view.status === 'active' && ExecutionView.safeParse(view.detail).success,
      );
      if (open.length === 0 || performance.now() > deadline) return;
      say(`${open.length} of ${this.executions.size} executions still run`);
      await sleep(2_000);
    }
  }

  /** 4 % throttled, 1 % lost replies, 1 % server errors, on every call. */
  async #setFaults(): Promise<void> {
    const rules = [
      { fault: 'throttle', probability: 0.04 },
      { fault: 'reset-after', probability: 0.01 },
      { fault: 'error-500', probability: 0.01 },
    ];
    await fetch(`${this.#options.fleet.double.url}/_double/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rules, seed: this.#options.seed }),
    });
  }

  async #readFaults(): Promise<void> {
    const answer = await fetch(`${this.#options.fleet.double.url}/_double/faults`);
    const { hits } = (await answer.json()) as { hits?: number[] };
    this.faultHits = hits ?? [];
  }

  /** Never the frozen one: it is not running. */
  #pick(count: number): number {
    for (;;) {
      // Linear congruential generator (Numerical Recipes): the same seed kills in the same order.
      this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
      const index = (this.#random >>> 8) % count;
      if (index !== this.#frozenReplica) return index;
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
