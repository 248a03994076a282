/** The newest message of each subject under a filter, each once, while others keep writing. */
import type { Bus } from './connect.ts';
import { readOrdered, type ReadMessage } from './ordered-reader.ts';

const QUIET_MS = 10_000;

/**
 * Calls back once for each subject that is there now, with what it holds when it is read; those that go away meanwhile
 * are left out. @throws Error when nothing comes for 10 s although there should be more
 */
export async function readSubjectsOnce(
  bus: Bus,
  args: { stream: string; subject: string; headersOnly?: boolean },
  onMessage: (message: ReadMessage) => void,
): Promise<void> {
  const { stream, subject, headersOnly = false } = args;
  const wanted = await subjectsUnder(bus, { stream, subject });
  if (wanted.size === 0) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let isCaughtUp = false;
  const giveUp = (): void => {
    if (isCaughtUp) resolve();
    else reject(new Error(`Nothing more came from ${stream} for ${QUIET_MS} ms; try again.`));
  };
  let timer = setTimeout(giveUp, QUIET_MS);
  const reader = await readOrdered(
    bus,
    { stream, subjects: [subject], from: 'last-per-subject', headersOnly },
    (message) => {
      isCaughtUp ||= message.pending === 0;
      if (wanted.delete(message.subject)) {
        clearTimeout(timer);
        timer = setTimeout(giveUp, QUIET_MS);
        onMessage(message);
      }
      if (wanted.size === 0 || message.pending === 0) resolve();
    },
  );
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    await reader.close();
  }
}

/** The server names at most 100,000 at once. */
async function subjectsUnder(bus: Bus, args: { stream: string; subject: string }): Promise<Set<string>> {
  const subjects = new Set<string>();
  for (;;) {
    const request = JSON.stringify({ subjects_filter: args.subject, offset: subjects.size });
    const answer = await bus.request(`$JS.API.STREAM.INFO.${args.stream}`, request, { timeout: 5_000 });
    const info = answer.json<{ total?: number; state?: { subjects?: Record<string, number> } }>();
    const page = Object.keys(info.state?.subjects ?? {});
    for (const subject of page) subjects.add(subject);
    if (page.length === 0 || subjects.size >= (info.total ?? 0)) return subjects;
  }
}
