/** `windlass actor get ADDRESS`: what may be seen of one actor. */
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { addressFrom, readActor } from '../actor-session.ts';
import { invocationOf } from '../invocation.ts';

export function addActorGet(actor: Command): void {
  actor
    .command('get')
    .summary('show one actor')
    .argument('<address>', 'SERVICE:TYPE:ROOT:ID')
    .action(async (text: string, _options: unknown, command: Command) => {
      const { output, openSession } = await invocationOf(command);
      await using session = await openSession();
      const view = await readActor(session, addressFrom(text));
      output.result(view, () => stringify(view).trimEnd());
    });
}
