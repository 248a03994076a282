/** `windlass actor cancel|terminate|pause|resume ADDRESS`: controls that any actor takes. */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { addressFrom, readActor, tellActor } from '../actor-session.ts';
import { invocationOf } from '../invocation.ts';

const CONTROLS = {
  cancel: { summary: 'ask an actor to end; it may compensate first', done: 'is asked to end' },
  terminate: { summary: 'end an actor at once, without asking it', done: 'has ended' },
  pause: { summary: 'apply nothing from now on; what arrives is kept', done: 'is paused' },
  resume: { summary: 'apply what was kept, and go on; also after a stall', done: 'goes on' },
} as const;

export function addActorControls(actor: Command): void {
  for (const kind of Object.keys(CONTROLS) as (keyof typeof CONTROLS)[]) addControl(actor, kind);
}

function addControl(actor: Command, kind: keyof typeof CONTROLS): void {
  const { summary, done } = CONTROLS[kind];
  actor
    .command(kind)
    .summary(summary)
    .argument('<address>', 'SERVICE:TYPE:ROOT:ID')
    .option('-r, --reason <text>', 'why, for whoever looks at it later')
    .action(async (text: string, { reason }: { reason?: string }, command: Command) => {
      const { output, openSession } = await invocationOf(command);
      const to = addressFrom(text);
      await using session = await openSession();
      await readActor(session, to);
      await tellActor(session, {
        v: 1,
        id: `cli-${randomUUID()}`,
        to,
        kind,
        ...(reason === undefined ? {} : { reason }),
      });
      const { status } = await readActor(session, to);
      output.result({ address: to, status }, () => to);
      output.progress(`The actor ${to} ${done}.`);
    });
}
