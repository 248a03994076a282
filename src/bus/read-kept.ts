/** Everything that a stream holds now under a subject. */
import type { Bus } from './connect.ts';
import { readOrdered, type OrderedReaderOptions, type ReadMessage } from './ordered-reader.ts';

const SCAN_TIMEOUT_MS = 10_000;
const INFO_TIMEOUT_MS = 5_000;

type KeptOptions = { stream: string; subject: string } & Pick<OrderedReaderOptions, 'from' | 'headersOnly'>;

/** Calls back for each message in order; resolves behind the last one. @throws when the server does not answer */
export async function readKept(
  bus: Bus,
  { subject, ...options }: KeptOptions,
  onMessage: (message: ReadMessage) => void,
): Promise<void> {
  if ((await countSubjects(bus, options.stream, subject)) === 0) return;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const reader = await readOrdered(bus, { ...options, subjects: [subject] }, (message) => {
    onMessage(message);
    if (message.pending === 0) finish();
  });
  // What expires while it is read leaves fewer to come than were counted.
  const timer = setTimeout(finish, SCAN_TIMEOUT_MS);
  await finished;
  clearTimeout(timer);
  await reader.close();
}

async function countSubjects(bus: Bus, stream: string, subject: string): Promise<number> {
  const request = JSON.stringify({ subjects_filter: subject });
  const answer = await bus.request(`$JS.API.STREAM.INFO.${stream}`, request, { timeout: INFO_TIMEOUT_MS });
  const info = answer.json<{ state?: { subjects?: Record<string, number> } }>();
  return Object.keys(info.state?.subjects ?? {}).length;
}
