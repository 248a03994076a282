import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { connectBus, type Bus } from '#bus/connect.ts';
import { addressOf } from '#contracts/address.ts';
import { Topology } from '#contracts/topology.ts';
import type { ActorDefinition } from '#runtime/actor-definition.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import type { RunningNode } from '#runtime/node.ts';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';

let calls = 0;

/** Plain XState, as anyone would write it: nothing here knows of Windlass. */
const greeterMachine = setup({
  types: { context: {} as { name: string; greeting: string | null }, input: {} as { name: string } },
  actors: {
    greet: fromPromise(async ({ input }: { input: { name: string } }) => {
      calls += 1;
      if (calls === 1) throw new Error('the first call fails');
      return `Hello ${input.name}`;
    }),
  },
}).createMachine({
  id: 'greeter',
  context: ({ input }) => ({ name: input.name, greeting: null }),
  initial: 'greeting',
  states: {
    greeting: {
      invoke: {
        id: 'greet',
        src: 'greet',
        input: ({ context }) => ({ name: context.name }),
        onDone: { target: 'pausing', actions: assign({ greeting: ({ event }) => event.output }) },
      },
    },
    pausing: { after: { 200: 'greeted' } },
    greeted: { type: 'final' },
  },
});

const greeter: ActorDefinition = {
  type: 'greeter',
  version: 1,
  machine: greeterMachine,
  view: ({ context }) => context,
};

describe("XState's own fromPromise", () => {
  const topology = Topology.parse({ services: ['shop'], partitionsPerShard: 4 });
  let server: TestNatsServer;
  let bus: Bus;
  let node: RunningNode;
  beforeAll(async () => {
    server = await startTestNatsServer();
    bus = await connectBus({ servers: [server.url], name: 'from-promise-test' });
    node = await startJetStreamNode({
      bus,
      topology,
      service: 'shop',
      node: 'shop-a',
      definitions: [greeter],
      activities: {},
      queues: [{ queue: 'default', concurrency: 4 }],
    });
  });
  afterAll(async () => {
    await node.stop();
    await bus.close();
    await server.dispose();
  });

  it('runs unmodified as a durable activity, retried when it throws', async () => {
    const to = addressOf({ service: 'shop', type: 'greeter', root: 'g1', id: 'g1' });
    await new JetStreamIngress({ bus, topology }).send({
      v: 1,
      kind: 'start',
      id: 'start-g1',
      to,
      input: { name: 'Ada' },
    });
    const views = new JetStreamViews({ bus, topology });
    await expect
      .poll(async () => await views.read(to), { timeout: 20_000 })
      .toMatchObject({ status: 'done', value: 'greeted', detail: { greeting: 'Hello Ada' } });
    expect(calls).toBe(2);
  });
});
