/** A node on the bus in memory: poison, holds, and what becomes of what arrives meanwhile. */
import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { ActorRecord } from '#contracts/actor-record.ts';
import { addressOf, type Address } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import { Topology, partitionCount } from '#contracts/topology.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { MemoryBus } from '#runtime/memory/memory-bus.ts';
import { MemoryHistories } from '#runtime/memory/memory-histories.ts';
import { memoryNode } from '#runtime/memory/memory-node-ports.ts';
import { VirtualClock } from '#runtime/memory/virtual-clock.ts';
import { startNode } from '#runtime/node.ts';
import { silentEvents } from '#runtime/runtime-events.ts';

const counter: ActorDefinition = {
  type: 'counter',
  version: 1,
  machine: setup({
    types: { context: {} as { count: number; text: string } },
  }).createMachine({
    id: 'counter',
    context: { count: 0, text: '' },
    initial: 'on',
    states: {
      on: {
        on: {
          add: { actions: assign({ count: ({ context }) => context.count + 1 }) },
          grow: { actions: assign({ text: 'x'.repeat(200_000) }) },
        },
      },
    },
  }),
};

/** A kernel that cannot make a step with an event of this type: as one with a fault of its own. */
function faultyKernel(state: { isFaulty: boolean }) {
  const kernel = createKernel();
  return {
    ...kernel,
    step: (...args: Parameters<typeof kernel.step>) => {
      const [, record, { deliveries, heldMax = 256 }] = args;
      const kept = record.paused || record.stalled ? [] : (record.held ?? []).slice(0, heldMax);
      const isPoisoned = [...kept, ...deliveries].some(
        ({ envelope }) => envelope.kind === 'event' && envelope.event.type === 'poison',
      );
      if (state.isFaulty && isPoisoned) throw new Error('the kernel cannot do this');
      return kernel.step(...args);
    },
  };
}

const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 4 });

async function world() {
  const clock = new VirtualClock();
  const bus = new MemoryBus({ clock, topology });
  const state = { isFaulty: true };
  const stalled: string[] = [];
  const large: number[] = [];
  const { ports } = memoryNode(bus, { service: 'shop', node: 'a' });
  const replies: { to: string; answer: unknown }[] = [];
  await startNode({
    node: 'a',
    partitions: partitionCount(topology),
    kernel: faultyKernel(state),
    definitions: [counter],
    activities: {},
    queues: [],
    ports: { ...ports, replies: { reply: (to, answer) => void replies.push({ to, answer }) } },
    events: {
      ...silentEvents,
      stalled: ({ address, stall }) => stalled.push(`${address} ${stall.code}`),
      largeRecord: ({ sizeChars }) => large.push(sizeChars),
    },
  });
  await clock.advance(50);
  let ids = 0;
  const deliver = (to: Address, content: object): void => {
    ids += 1;
    bus.deliver({ v: 1, id: `e${ids}`, to, ...content } as Envelope);
  };
  const send = (to: Address, type: string, replyTo?: string): void =>
    deliver(to, { kind: 'event', event: { type }, ...(replyTo ? { replyTo } : {}) });
  const record = (address: Address): ActorRecord => {
    const stored = bus.service('shop').records.get(address);
    if (!stored) throw new Error(`${address} does not exist`);
    return ActorRecord.parse(JSON.parse(stored.record));
  };
  return { clock, bus, state, stalled, large, replies, deliver, send, record };
}

const addressOfActor = (index: number): Address =>
  addressOf({ service: 'shop', type: 'counter', root: `c${index}`, id: `c${index}` });
const countOf = (record: ActorRecord) => record.state.context['count'];

describe('an envelope that no step can be made with', () => {
  it('stalls its own actor alone, which keeps what arrives and goes on after a resume', async () => {
    const { clock, bus, state, stalled, replies, deliver, send, record } = await world();
    const actors = Array.from({ length: 20 }, (_, index) => addressOfActor(index));
    for (const actor of actors) deliver(actor, { kind: 'start' });
    await clock.advance(100);
    const [poisoned] = actors;
    if (!poisoned) throw new Error('no actor');
    for (const actor of actors) send(actor, 'add');
    send(poisoned, 'poison', 'asker');
    for (const actor of actors) send(actor, 'add');
    await clock.advance(5_000);

    for (const actor of actors.slice(1)) expect(countOf(record(actor))).toBe(2);
    expect(record(poisoned)).toMatchObject({
      status: 'active',
      state: { value: 'on', context: { count: 1 } },
      stalled: { code: 'STEP_FAILED' },
      held: [{ envelope: { event: { type: 'add' } } }],
    });
    expect(bus.service('shop').records.get(poisoned)?.view).toMatchObject({
      stalled: { code: 'STEP_FAILED' },
      held: 1,
    });
    expect(bus.dead).toMatchObject([
      { entry: { envelope: { event: { type: 'poison' } } }, reason: expect.stringMatching(/^STEP_FAILED/) },
    ]);
    expect(stalled).toEqual([`${poisoned} STEP_FAILED`]);
    expect(replies).toMatchObject([{ to: 'asker', answer: { outcome: 'refused', reason: 'STEP_FAILED' } }]);

    state.isFaulty = false;
    deliver(poisoned, { kind: 'resume' });
    await clock.advance(1_000);
    expect(countOf(record(poisoned))).toBe(2);
    expect(record(poisoned)).not.toHaveProperty('stalled');
    const notes = await new MemoryHistories(bus).read(poisoned);
    expect(notes.flatMap(({ refused }) => refused)).toMatchObject([
      { type: 'poison', reason: 'STEP_FAILED' },
    ]);
  });

  it('is found among the mail that was kept, too', async () => {
    const { clock, bus, deliver, send, record } = await world();
    const actor = addressOfActor(1);
    deliver(actor, { kind: 'start' });
    deliver(actor, { kind: 'pause' });
    await clock.advance(100);
    for (const type of ['add', 'add', 'poison', 'add']) send(actor, type);
    await clock.advance(100);
    expect(record(actor).held).toHaveLength(4);
    deliver(actor, { kind: 'resume' });
    await clock.advance(5_000);
    expect(record(actor)).toMatchObject({ stalled: { code: 'STEP_FAILED' } });
    expect(countOf(record(actor))).toBe(2);
    expect(bus.dead).toHaveLength(1);
    deliver(actor, { kind: 'resume' });
    await clock.advance(1_000);
    expect(countOf(record(actor))).toBe(3);
  });
});

describe('an actor on hold', () => {
  it('answers nobody before what was asked is applied', async () => {
    const { clock, replies, deliver, send, record } = await world();
    const actor = addressOfActor(1);
    deliver(actor, { kind: 'start' });
    deliver(actor, { kind: 'pause', replyTo: 'pauser' });
    await clock.advance(100);
    send(actor, 'add', 'asker');
    await clock.advance(10_000);
    expect(replies.map(({ to }) => to)).toEqual(['pauser']);
    deliver(actor, { kind: 'resume' });
    await clock.advance(1_000);
    expect(replies).toMatchObject([{ to: 'pauser' }, { to: 'asker', answer: { outcome: 'applied' } }]);
    expect(countOf(record(actor))).toBe(1);
  });

  it('parks what it cannot keep, and says so to whoever asked', async () => {
    const { clock, bus, replies, deliver, send, record } = await world();
    const actor = addressOfActor(1);
    deliver(actor, { kind: 'start' });
    deliver(actor, { kind: 'pause' });
    for (let index = 0; index < 1_000; index += 1) send(actor, 'add');
    send(actor, 'add', 'asker');
    await clock.advance(5_000);
    expect(bus.dead).toMatchObject([{ reason: expect.stringMatching(/^MAILBOX_FULL/) }]);
    expect(replies).toMatchObject([{ to: 'asker', answer: { outcome: 'refused', reason: 'MAILBOX_FULL' } }]);
    deliver(actor, { kind: 'resume' });
    await clock.advance(5_000);
    expect(countOf(record(actor))).toBe(1_000);
  });

  it('can be terminated by a node whose kernel cannot make a step with it', async () => {
    const { clock, deliver, send, record } = await world();
    const actor = addressOfActor(1);
    deliver(actor, { kind: 'start' });
    send(actor, 'poison');
    await clock.advance(5_000);
    deliver(actor, { kind: 'terminate', reason: 'beyond help' });
    await clock.advance(1_000);
    expect(record(actor)).toMatchObject({
      status: 'stopped',
      state: { error: { code: 'ACTOR_TERMINATED' } },
    });
  });
});

describe('a large record', () => {
  it('is told once when it grows over the soft limit', async () => {
    const { clock, large, deliver, send } = await world();
    const actor = addressOfActor(1);
    deliver(actor, { kind: 'start' });
    send(actor, 'grow');
    await clock.advance(100);
    send(actor, 'add');
    await clock.advance(100);
    expect(large).toEqual([expect.any(Number)]);
    expect(large[0]).toBeGreaterThan(200_000);
  });
});
