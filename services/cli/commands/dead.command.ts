/** `windlass dead ls|get|redrive`: what could not be processed, and a second try. */
import type { Command } from 'commander';
import { deleteDeadLetter, readDeadLetters, type ParkedLetter } from '#bus/dead-letters.ts';
import { partsOf } from '#contracts/address.ts';
import { Envelope } from '#contracts/envelope.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { topologyOf } from '../actor-session.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { invocationOf } from '../invocation.ts';
import type { Session } from '../session.ts';
import { positiveInteger } from './numbers.ts';

const REASON_CHARS = 80;

export function addDead(program: Command): void {
  const dead = program.command('dead').description('see what could not be processed, and send it again');
  addDeadList(dead);
  addDeadGet(dead);
  addDeadRedrive(dead);
}

function addDeadList(dead: Command): void {
  dead
    .command('ls')
    .alias('list')
    .summary('list parked letters, the newest first')
    .option('-n, --limit <number>', 'show at most this many', positiveInteger, 50)
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const { output, openSession } = await invocationOf(command);
      await using session = await openSession();
      const letters = (await readDeadLetters(session.bus)).toReversed().slice(0, limit);
      output.result(letters, () =>
        letters.length === 0
          ? 'Nothing is parked.'
          : output.table(
              ['NUMBER', 'SOURCE', 'TO', 'REASON'],
              letters.map((letter) => [
                String(letter.sequence),
                letter.source,
                envelopeOf(letter)?.to ?? '',
                letter.reason.slice(0, REASON_CHARS),
              ]),
            ),
      );
    });
}

function addDeadGet(dead: Command): void {
  dead
    .command('get')
    .summary('show one parked letter')
    .argument('<number>', 'as `dead ls` shows it', positiveInteger)
    .action(async (sequence: number, _options: unknown, command: Command) => {
      const { output, openSession } = await invocationOf(command);
      await using session = await openSession();
      const letter = await readLetter(session, sequence);
      output.result(letter, () => [letter.source, letter.reason, letter.raw]);
    });
}

function addDeadRedrive(dead: Command): void {
  dead
    .command('redrive')
    .summary('send a parked envelope to its actor again')
    .argument('<number>', 'as `dead ls` shows it', positiveInteger)
    .action(async (sequence: number, _options: unknown, command: Command) => {
      const { output, openSession } = await invocationOf(command);
      await using session = await openSession();
      const letter = await readLetter(session, sequence);
      const envelope = envelopeOf(letter);
      if (!envelope) throw notAnEnvelope(letter);
      const topology = await topologyOf(session, partsOf(envelope.to).service);
      // A new id: by the old one it would count as heard. The same for every try, so that it is stored once.
      const id = `${envelope.id}-again-${sequence}`.slice(-256);
      await new JetStreamIngress({ bus: session.bus, topology }).send({ ...envelope, id });
      await deleteDeadLetter(session.bus, sequence);
      output.result({ to: envelope.to, id }, () => envelope.to);
      output.progress(`The envelope is on its way to ${envelope.to} again.`);
    });
}

async function readLetter({ bus }: Session, sequence: number): Promise<ParkedLetter> {
  const letter = (await readDeadLetters(bus)).find((parked) => parked.sequence === sequence);
  if (letter) return letter;
  throw new CliError({
    code: 'LETTER_NOT_FOUND',
    what: `There is no parked letter ${sequence}.`,
    why: 'It was sent again, or it is more than 30 days old.',
    next: 'List them with: windlass dead ls',
    exitCode: EXIT.notFound,
  });
}

function envelopeOf({ raw }: ParkedLetter): Envelope | null {
  try {
    const envelope = Envelope.safeParse(JSON.parse(raw));
    return envelope.success ? envelope.data : null;
  } catch {
    return null;
  }
}

function notAnEnvelope({ sequence, reason }: ParkedLetter): CliError {
  return new CliError({
    code: 'LETTER_NOT_AN_ENVELOPE',
    what: `The parked letter ${sequence} cannot be sent again.`,
    why: `It is no envelope for an actor: ${reason}`,
    next: `Look at it with: windlass dead get ${sequence}; a request is mended and sent anew.`,
    exitCode: EXIT.usage,
  });
}
