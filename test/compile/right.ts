/** Compiles: the counterpart of each wrong program. Never run. */
import { connect } from 'windlass/client';
import { runWorker } from 'windlass/worker';
import { delivery } from './delivery.ts';

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
