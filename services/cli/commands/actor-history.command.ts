/** `windlass actor history ADDRESS`: what an actor did, step by step. */
import type { Command } from 'commander';
import { partsOf } from '#contracts/address.ts';
import { appliedText, type StepNote } from '#contracts/step-note.ts';
import { addressFrom, readActor, readersOf } from '../actor-session.ts';
import { invocationOf } from '../invocation.ts';
import { positiveInteger } from './numbers.ts';

type HistoryOptions = { limit: number; from?: number };

export function addActorHistory(actor: Command): void {
  actor
    .command('history')
    .summary('show what an actor did, step by step')
    .argument('<address>', 'SERVICE:TYPE:ROOT:ID')
    .option('-n, --limit <number>', 'show at most this many steps', positiveInteger, 50)
    .option('--from <step>', 'begin with this step; without it the newest ones are shown', positiveInteger)
    .action(async (text: string, { limit, from }: HistoryOptions, command: Command) => {
      const { output, openSession } = await invocationOf(command);
      const address = addressFrom(text);
      await using session = await openSession();
      const { histories } = await readersOf(session, partsOf(address).service);
      const notes = await histories.read(address, {
        limit,
        ...(from === undefined ? {} : { fromStep: from }),
      });
      if (notes.length === 0) await readActor(session, address);
      output.result(notes, () =>
        output.table(
          ['STEP', 'AT', 'BEFORE', 'APPLIED', 'REFUSED', 'EMITTED'],
          notes.map((note) => [
            String(note.step),
            new Date(note.atMs).toISOString(),
            note.before === undefined ? '' : JSON.stringify(note.before),
            ...columnsOf(note),
          ]),
        ),
      );
    });
}

function columnsOf({ applied, refused, emitted, left }: StepNote): string[] {
  const more = left === undefined ? '' : ` (+${left})`;
  return [
    applied.map(appliedText).join(', ') + more,
    refused.map(({ type, id, reason }) => `${type ?? id}: ${reason}`).join(', '),
    emitted.map(({ type }) => type).join(', '),
  ];
}
