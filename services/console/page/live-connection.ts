/**
 * Keeps the page told. The browser itself asks again when the connection is lost; one that only went silent (a server
 * that is frozen) is given up here, because nothing else would notice.
 */
import { useEffect, useReducer, useRef } from 'react';
import type { ConsoleMessage } from '#contracts/console-message.ts';
import { changed, NOTHING_KNOWN, type LiveState } from './live-state.ts';
import { hrefOf, type Choice } from './page-choice.ts';

/** The server sends a pulse every five seconds. */
const SILENCE_MS_MAX = 16_000;
const RETRY_MS = 1_000;

export function useLive({ root, actor }: Choice): LiveState {
  const [state, change] = useReducer(changed, NOTHING_KNOWN);
  const lastRoot = useRef(root);
  useEffect(() => {
    change({ type: 'chosen', tree: lastRoot.current !== root });
    lastRoot.current = root;
    return openFeed({
      url: `/live${hrefOf({ root, actor }).slice(1)}`,
      onMessage: (message) => change({ type: 'message', message, nowMs: Date.now() }),
      onLoss: () => change({ type: 'connection', connection: 'lost' }),
    });
  }, [root, actor]);
  return state;
}

type Feed = { url: string; onMessage: (message: ConsoleMessage) => void; onLoss: () => void };

/** Returns how to close it. */
function openFeed(feed: Feed): () => void {
  let source: EventSource;
  let silence: ReturnType<typeof setTimeout>;
  let retry: ReturnType<typeof setTimeout>;
  const reopen = (): void => {
    source.close();
    feed.onLoss();
    clearTimeout(retry);
    retry = setTimeout(open, RETRY_MS);
  };
  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(reopen, SILENCE_MS_MAX);
  };
  function open(): void {
    source = new EventSource(feed.url);
    listen();
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      listen();
      feed.onMessage(JSON.parse(data) as ConsoleMessage);
    });
    source.addEventListener('error', () => {
      // Closed for good, say by an answer that is no stream; otherwise the browser asks again by itself.
      if (source.readyState === EventSource.CLOSED) reopen();
      else feed.onLoss();
    });
  }
  open();
  return () => {
    source.close();
    clearTimeout(silence);
    clearTimeout(retry);
  };
}
