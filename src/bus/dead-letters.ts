/** The parked letters of a deployment: read, and forgotten one by one. */
import { DeadLetter } from '#contracts/dead-letter.ts';
import { STREAM, deadSubjects } from '#contracts/subjects.ts';
import type { Bus } from './connect.ts';
import { ANSWER_TIMEOUT_MS } from './publish.ts';
import { readKept } from './read-kept.ts';

/** `sequence` names a letter on this server; one that does not parse has its text as `raw`. */
export type ParkedLetter = DeadLetter & { sequence: number };

/** All of them, oldest first. @throws when the server does not answer */
export async function readDeadLetters(bus: Bus): Promise<ParkedLetter[]> {
  const letters: ParkedLetter[] = [];
  await readKept(bus, { stream: STREAM.dead, subject: deadSubjects.all, from: 0 }, ({ data, sequence }) => {
    letters.push({ ...letterOf(data), sequence });
  });
  return letters;
}

/** Forgets one letter: it was sent again. False when it was gone already. */
export async function deleteDeadLetter(bus: Bus, sequence: number): Promise<boolean> {
  const answer = await bus.request(
    `$JS.API.STREAM.MSG.DELETE.${STREAM.dead}`,
    JSON.stringify({ seq: sequence }),
    {
      timeout: ANSWER_TIMEOUT_MS,
    },
  );
  return answer.json<{ success?: boolean }>().success === true;
}

function letterOf(data: string): DeadLetter {
  try {
    return DeadLetter.parse(JSON.parse(data));
  } catch {
    return { v: 1, source: 'unknown', reason: 'the letter itself cannot be read', raw: data };
  }
}
