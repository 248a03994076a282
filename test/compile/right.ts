/** Compiles: the counterpart of each wrong program. Never run. */
import { connect } from 'windlass/client';
import { returns, testActor } from 'windlass/testing';
import { runWorker } from 'windlass/worker';
import { delivery } from './delivery.ts';
import { approve, report } from './report.ts';

export async function right(): Promise<string> {
  await runWorker({
    actors: [delivery],
    activities: {
      book: async ({ to }, context) => {
        context.heartbeat({ to });
        return { courier: context.idempotencyKey };
      },
      release: async () => undefined,
    },
  });
  const client = await connect({});
  const handle = await client.start(delivery, { id: 'd1', input: { to: 'Ann' }, onConflict: 'use-existing' });
  await handle.send({ type: 'SIGN', by: 'Ann' }, { idempotencyKey: 'sign-1' });
  const { value } = await handle.ask({ type: 'REFUSE' });
  const at: 'booking' | 'atTheDoor' | 'releasing' | 'signed' = value;
  const snapshot = await handle.waitFor({ tag: 'needs-signature' }, { timeoutMs: 1_000 });
  await handle.waitFor({ state: 'atTheDoor' });
  await handle.waitFor(({ context }) => context.signedBy === at);
  const courier: string | undefined = snapshot.context.courier;
  return `${courier ?? ''} ${(await handle.result()).signedBy}`;
}

export async function rightWithTokens(token: string): Promise<string[]> {
  await runWorker({
    actors: [report],
    activities: {
      print: async ({ rows }) => Array.from({ length: rows }, String),
      count: async ({ pages }) => pages.map((page) => page.length).length,
      approve: async (_input, { completeLater }) => {
        completeLater();
        return { by: '' };
      },
    },
  });
  const client = await connect({});
  const attempt = client.activity(approve, token);
  await attempt.heartbeat({ asked: 'Eve' });
  const answer: 'taken' | 'stored' = await attempt.complete({ by: 'Eve' });
  await attempt.fail({ code: 'NOBODY', message: answer, kind: 'terminal' });
  const { rows } = await client.get(report, 'r1').result();
  return [rows.blob, JSON.stringify(await client.payload(rows))];
}

export async function rightTest(): Promise<number> {
  const test = await testActor(report, {
    input: { rows: 3 },
    activities: {
      print: ({ rows }) => returns(Array.from({ length: rows }, String)),
      count: ({ pages }) => returns(pages.map((page) => page.length).length),
      approve: returns({ by: 'Eve' }),
    },
  });
  await test.pause('stocktaking');
  const refused: string | undefined = await test.resume();
  await test.terminate(refused);
  return test.calls('count').map(({ pages }) => pages.length)[0] ?? 0;
}
