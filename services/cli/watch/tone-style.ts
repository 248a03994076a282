/** The colour of each tone. */
import type { WriteStream } from 'node:tty';
import type { Tone } from '#contracts/tone.ts';
import type { Output, Style } from '../output.ts';
import type { Paint } from './tree-text.ts';

const STYLES: Readonly<Record<Tone, Style>> = {
  waiting: 'yellow',
  running: 'cyan',
  good: 'green',
  bad: 'red',
  muted: 'dim',
};

/** Paints what is written to `stream`. */
export function paintFor(output: Output, stream: WriteStream): Paint {
  return (tone, text) => (text === '' ? '' : output.paint(STYLES[tone], text, stream));
}
