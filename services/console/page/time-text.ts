/** Times as people read them, and a clock that ticks. */
import { useEffect, useState } from 'react';

const TICK_MS = 500;

/** The server's time now, in milliseconds; drawn again twice a second. */
export function useNow(clockOffsetMs: number): number {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs + clockOffsetMs;
}

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`; never broken over two lines. */
export function durationText(durationMs: number): string {
  return roundedText(Math.max(0, durationMs) / 1_000).replaceAll(' ', '\u00A0');
}

function roundedText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3_600)} h`;
}

/** `in 12 s`, or `due` when the time has come. */
export function countdownText(dueAtMs: number, nowMs: number): string {
  return dueAtMs <= nowMs ? 'due' : `in ${durationText(Math.ceil((dueAtMs - nowMs) / 1_000) * 1_000)}`;
}

export function agoText(atMs: number, nowMs: number): string {
  return nowMs - atMs < 1_000 ? 'now' : `${durationText(nowMs - atMs)} ago`;
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `14:03:22.120` in the browser's own time zone. */
export function clockText(atMs: number): string {
  return `${CLOCK.format(atMs)}.${String(Math.floor(atMs % 1_000)).padStart(3, '0')}`;
}

/** For the title of an element: day and zone too. */
export function dateText(atMs: number): string {
  return new Date(atMs).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });
}
