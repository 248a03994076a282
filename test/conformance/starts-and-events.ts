/** What a node promises about starts, client keys and values that do not fit; run on each binding. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assign, sendTo, setup } from 'xstate';
import type { ActorRecord } from '#contracts/actor-record.ts';
import type { Answer } from '#contracts/answer.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { partitionCount, placeOf } from '#contracts/topology.ts';
import { activity } from '#machines/support/activity.ts';
import { remoteActor } from '#machines/support/remote-actor.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import type { DefinitionChecks } from '#runtime/definition-checks.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { startNode, type NodePorts, type RunningNode } from '#runtime/node.ts';
import { silentEvents } from '#runtime/runtime-events.ts';
import type { PortsUnderTest } from './node-ports.ts';

const helper = setup({}).createMachine({ id: 'assistant', initial: 'idle', states: { idle: {} } });

type Added = { type: 'ADD'; amount: number };

const taskMachine = setup({
  types: {
    context: {} as { name: string; sum: number; receipt: string },
    input: {} as { name: string },
    events: {} as Added,
  },
  actors: { assistant: helper, call: activity<string, { name: string }>('call') },
}).createMachine({
  id: 'task',
  context: ({ input }) => ({ name: input.name, sum: 0, receipt: '' }),
  invoke: { id: 'assistant', src: 'assistant' },
  on: { ADD: { actions: assign({ sum: ({ context, event }) => context.sum + event.amount }) } },
  initial: 'calling',
  states: {
    calling: {
      invoke: {
        id: 'call',
        src: 'call',
        input: ({ context }) => ({ name: context.name }),
        onDone: { target: 'called', actions: assign({ receipt: ({ event }) => event.output }) },
      },
    },
    called: {},
  },
});

const checks: DefinitionChecks = {
  input: (input) =>
    typeof (input as { name?: unknown } | undefined)?.name === 'string'
      ? { value: input }
      : { problem: 'name: expected a string' },
  event: (event) =>
    event.type !== 'ADD' || typeof event['amount'] === 'number'
      ? { value: event }
      : { problem: 'amount: expected a number' },
};

const definition: ActorDefinition = { type: 'task', version: 1, machine: taskMachine, checks };

/** Has something signed, tells a task, and is soon forgotten. */
const letterMachine = setup({
  types: { context: {} as { to: Address }, input: {} as { to: Address } },
  actors: { sign: activity<string, undefined>('sign') },
}).createMachine({
  id: 'letter',
  context: ({ input }) => input,
  initial: 'signing',
  states: {
    signing: { invoke: { id: 'sign', src: 'sign', onDone: 'sent' } },
    sent: {
      type: 'final',
      entry: sendTo(({ context }) => remoteActor(context.to), { type: 'ADD', amount: 1 }),
    },
  },
});

const letter: ActorDefinition = { type: 'letter', version: 1, machine: letterMachine, retentionMs: 1_000 };

/** One node on one binding, with what it answered and parked. */
class Office {
  readonly answers = new Map<string, Answer>();
  readonly parked: string[] = [];
  /** Attempts that run, by the name they were asked with; each ends when it is told to. */
  readonly attempts = new Map<string, { end: (receipt: string) => void; signal: AbortSignal }>();
  /** Keys under which letters were signed. */
  readonly signatures: string[] = [];
  readonly #bus: PortsUnderTest;
  readonly #ports: NodePorts;
  #node: RunningNode | undefined;
  #nodes = 0;

  constructor(bus: PortsUnderTest) {
    this.#bus = bus;
    this.#ports = bus.portsOf('orca', 'client');
  }

  async start(): Promise<void> {
    this.#nodes += 1;
    const node = `office-${this.#nodes}`;
    const ports = this.#bus.portsOf('orca', node);
    this.#node = await startNode({
      node,
      partitions: partitionCount(this.#bus.topology),
      kernel: createKernel(),
      definitions: [definition, letter],
      activities: {
        call: async ({ name }: { name: string }, { signal }) =>
          new Promise<string>((end) => this.attempts.set(name, { end, signal })),
        sign: async (_input, { idempotencyKey }) => {
          this.signatures.push(idempotencyKey);
          return idempotencyKey;
        },
      },
      queues: [{ queue: 'default', concurrency: 8 }],
      ports: { ...ports, replies: { reply: (to, answer) => this.answers.set(to, answer as Answer) } },
      events: {
        ...silentEvents,
        parked: ({ reason }) => this.parked.push(reason),
      },
    });
  }

  async stop(): Promise<void> {
    await this.#node?.stop({ graceMs: 0 });
  }

  /** Sends an envelope and waits for the answer. */
  async ask(id: string, envelope: DistributiveOmit<Envelope, 'v' | 'id'>): Promise<Answer> {
    const replyTo = `answer-${id}-${Math.random()}`;
    await this.#ports.ingress.send({ v: 1, id, ...envelope, replyTo } as Envelope);
    await expect.poll(() => this.answers.get(replyTo), { timeout: 20_000 }).toBeDefined();
    const answer = this.answers.get(replyTo);
    if (!answer) throw new Error('no answer');
    return answer;
  }

  async isForgotten(address: Address): Promise<boolean> {
    return (await this.#ports.store.load(address)) === null;
  }

  async record(address: Address): Promise<ActorRecord> {
    const stored = await this.#ports.store.load(address);
    if (!stored) throw new Error(`${address} does not exist`);
    return stored.record;
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export function describeStartsAndEvents(binding: string, open: () => Promise<PortsUnderTest>): void {
  describe(`starts and events in ${binding}`, () => {
    let bus: PortsUnderTest;
    let office: Office;
    let ids = 0;
    beforeAll(async () => {
      bus = await open();
      office = new Office(bus);
      await office.start();
    });
    afterAll(async () => {
      await office.stop();
      await bus.dispose();
    });

    const fresh = (): Address => {
      ids += 1;
      return addressOf({ service: 'orca', type: 'task', root: `t${ids}`, id: `t${ids}` });
    };
    const start = (to: Address, name: string, onConflict: 'fail' | 'use-existing' | 'replace') =>
      office.ask(`start-${name}`, { kind: 'start', to, input: { name }, onConflict });
    const add = (to: Address, amount: unknown, key?: string) => {
      ids += 1;
      const event = { type: 'ADD', amount: amount as number };
      return office.ask(`add-${ids}`, { kind: 'event', to, event, ...(key === undefined ? {} : { key }) });
    };
    const nameOf = async (to: Address): Promise<unknown> => (await office.record(to)).state.context['name'];

    it('refuses a second start and leaves the actor as it is when told to fail', async () => {
      const to = fresh();
      expect(await start(to, `${to}-a`, 'fail')).toMatchObject({ outcome: 'applied', status: 'active' });
      const second = await start(to, `${to}-b`, 'fail');
      expect(second).toMatchObject({ outcome: 'refused', status: 'active' });
      expect(second.reason).toContain('ACTOR_EXISTS');
      expect(await nameOf(to)).toBe(`${to}-a`);
    });

    it('answers with the existing actor when told to use it', async () => {
      const to = fresh();
      await start(to, `${to}-a`, 'use-existing');
      const second = await start(to, `${to}-b`, 'use-existing');
      expect(second).toMatchObject({ outcome: 'applied', existing: true, value: 'calling' });
      expect(await nameOf(to)).toBe(`${to}-a`);
    });

    it('stops the old actor, its child and its activity when the new one replaces it', async () => {
      const to = fresh();
      await start(to, `${to}-a`, 'fail');
      await expect.poll(() => office.attempts.get(`${to}-a`)).toBeDefined();
      await add(to, 5, 'k');
      const old = await office.record(to);
      const oldChild = old.children['assistant']?.address;
      expect(await start(to, `${to}-b`, 'replace')).toMatchObject({ outcome: 'applied', value: 'calling' });

      const replaced = await office.record(to);
      expect(replaced.state.context).toMatchObject({ name: `${to}-b`, sum: 0 });
      expect(replaced.step).toBe(old.step + 1);
      expect(replaced.sequence).toBeGreaterThan(old.sequence);
      expect(replaced.children['assistant']?.address).not.toBe(oldChild);
      if (!oldChild) throw new Error('no child');
      await expect.poll(async () => (await office.record(oldChild)).status).toBe('stopped');
      await expect.poll(() => office.attempts.get(`${to}-a`)?.signal.aborted).toBe(true);
      expect((await add(to, 1, 'k')).repeated).toBeUndefined();
    });

    it('gives the new actor no result of the old one', async () => {
      const to = fresh();
      await start(to, `${to}-a`, 'fail');
      await expect.poll(() => office.attempts.get(`${to}-a`)).toBeDefined();
      await start(to, `${to}-b`, 'replace');
      office.attempts.get(`${to}-a`)?.end('old');
      await expect.poll(() => office.attempts.get(`${to}-b`)).toBeDefined();
      await add(to, 1);
      expect((await office.record(to)).state.value).toBe('calling');
      office.attempts.get(`${to}-b`)?.end('new');
      await expect.poll(async () => (await office.record(to)).state.value).toBe('called');
      expect((await office.record(to)).state.context).toMatchObject({ receipt: 'new', sum: 1 });
    });

    it('lets an actor that starts after its record is gone work, and be heard, as another one', async () => {
      const to = fresh();
      await start(to, `${to}-a`, 'fail');
      const elsewhere = (index: number) =>
        addressOf({
          service: 'orca',
          type: 'letter',
          root: `${to.slice(-3)}-l${index}`.replace(':', ''),
          id: 'l',
        });
      const shardOfTask = placeOf(to, bus.topology).shard;
      const from = Array.from({ length: 64 }, (_, index) => elsewhere(index)).find(
        (address) => bus.topology.shards === 1 || placeOf(address, bus.topology).shard !== shardOfTask,
      );
      if (!from) throw new Error('no address in another shard');
      for (let life = 1; life <= 2; life += 1) {
        const answer = await office.ask(`letter-${life}`, { kind: 'start', to: from, input: { to } });
        expect(answer).toMatchObject({ outcome: 'applied', step: 1 });
        await expect
          .poll(async () => (await office.record(to)).state.context['sum'], { timeout: 20_000 })
          .toBe(life);
        await expect.poll(() => office.isForgotten(from), { timeout: 20_000 }).toBe(true);
      }
      expect(new Set(office.signatures).size).toBe(2);
    });

    it('starts nothing when the input does not fit', async () => {
      const to = fresh();
      const answer = await office.ask(`bad-${to}`, { kind: 'start', to, input: { name: 7 } });
      expect(answer).toEqual({ outcome: 'refused', reason: 'INPUT_INVALID: name: expected a string' });
      await expect(office.record(to)).rejects.toThrow('does not exist');
    });

    it('parks an event that does not fit, and applies those around it', async () => {
      const to = fresh();
      await start(to, `${to}-a`, 'fail');
      await add(to, 1);
      expect(await add(to, 'much')).toEqual({
        outcome: 'refused',
        reason: 'EVENT_INVALID: amount: expected a number',
      });
      await add(to, 2);
      expect((await office.record(to)).state.context).toMatchObject({ sum: 3 });
      expect(office.parked).toContain('EVENT_INVALID: amount: expected a number');
    });

    it('applies events of one key once, also after another node took over', async () => {
      const to = fresh();
      await start(to, `${to}-a`, 'fail');
      expect((await add(to, 1, 'pay-1')).repeated).toBeUndefined();
      expect(await add(to, 1, 'pay-1')).toMatchObject({ outcome: 'applied', repeated: true });
      await office.stop();
      await office.start();
      expect(await add(to, 1, 'pay-1')).toMatchObject({ outcome: 'applied', repeated: true });
      await add(to, 1, 'pay-2');
      expect((await office.record(to)).state.context).toMatchObject({ sum: 2 });
    });
  });
}
