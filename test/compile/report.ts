/** Activities with every option of the door: all time limits, a large output, a result that comes by token. */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { activity, LargePayload, mayBeLarge } from 'windlass/activity';
import { contract } from 'windlass/contract';
import { durable } from 'windlass/durable';

const Rows = z.array(z.string());

export const Report = contract({
  id: 'report',
  input: z.object({ rows: z.number().int() }),
  output: z.object({ rows: LargePayload, count: z.number(), approvedBy: z.string() }),
  context: z.object({
    wanted: z.number(),
    rows: LargePayload.optional(),
    count: z.number(),
    approvedBy: z.string(),
  }),
  events: {},
});

export const print = activity('print', {
  input: z.object({ rows: z.number().int() }),
  output: Rows,
  largeOutput: true,
  scheduleToCloseMs: 3_600_000,
  scheduleToStartMs: 60_000,
  startToCloseMs: 30_000,
  heartbeatMs: 10_000,
  cancelGraceMs: 1_000,
});

export const count = activity('count', {
  input: z.object({ pages: mayBeLarge(Rows) }),
  output: z.number(),
});

export const approve = activity('approve', {
  output: z.object({ by: z.string() }),
  startToCloseMs: 86_400_000,
});

export const reportSetup = setup({ types: Report.types, actors: { print, count, approve } });

export const report = durable({
  contract: Report,
  machine: reportSetup.createMachine({
    id: 'report',
    context: ({ input }) => ({ wanted: input.rows, count: 0, approvedBy: '' }),
    initial: 'printing',
    states: {
      printing: {
        invoke: {
          src: 'print',
          input: ({ context }) => ({ rows: context.wanted }),
          onDone: { target: 'counting', actions: assign({ rows: ({ event }) => event.output }) },
        },
      },
      counting: {
        invoke: {
          src: 'count',
          input: ({ context }) => ({ pages: context.rows ?? [] }),
          onDone: { target: 'approving', actions: assign({ count: ({ event }) => event.output }) },
        },
      },
      approving: {
        invoke: {
          src: 'approve',
          onDone: { target: 'approved', actions: assign({ approvedBy: ({ event }) => event.output.by }) },
        },
      },
      approved: { type: 'final' },
    },
    output: ({ context: { rows, count, approvedBy } }) => ({
      rows: rows ?? { blob: '', sizeBytes: 0 },
      count,
      approvedBy,
    }),
  }),
});
