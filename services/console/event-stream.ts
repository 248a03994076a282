/** Server-sent events: one open request a page, messages one after the other, ended when its reader cannot follow. */
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { ConsoleMessage } from '#contracts/console-message.ts';

/** A page that is this far behind asks anew and gets everything as it is then. */
const WAITING_MAX = 5_000;
/** How soon a browser asks again after the connection was lost. */
const RETRY_MS = 1_000;

export type Push = (message: ConsoleMessage) => void;

/** Calls `open` and sends what it pushes until the page goes away; then calls what `open` returned. */
export function eventStream(context: Context, open: (push: Push) => () => void): Response {
  return streamSSE(context, async (stream) => {
    const waiting: ConsoleMessage[] = [];
    let wake: () => void = () => undefined;
    let ended = false;
    const end = (): void => {
      ended = true;
      wake();
    };
    const close = open((message) => {
      if (waiting.length >= WAITING_MAX) end();
      else waiting.push(message);
      wake();
    });
    stream.onAbort(end);
    try {
      await stream.writeSSE({ data: '', event: 'open', retry: RETRY_MS });
      while (!ended) {
        const message = waiting.shift();
        if (message) await stream.writeSSE({ data: JSON.stringify(message) });
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      close();
    }
  });
}
