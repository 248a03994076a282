/**
 * Where the command line writes: data on stdout, everything else on stderr. The only file that writes to either,
 * with `live-screen.ts`.
 */
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import Table from 'cli-table3';
import { stringify } from 'yaml';

export const OUTPUT_FORMATS = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export type Style = Parameters<typeof styleText>[0];
export type Row = readonly string[];

type OutputOptions = { format: OutputFormat; colour: boolean | undefined };

export class Output {
  readonly format: OutputFormat;
  readonly stdout: WriteStream = process.stdout;
  readonly stderr: WriteStream = process.stderr;
  readonly #colour: boolean | undefined;

  constructor(options: OutputOptions) {
    this.format = options.format;
    this.#colour = options.colour;
  }

  /** The result of a command: as `json` or `yaml`, or by `render` for a person. */
  result(value: unknown, render: () => string | readonly string[]): void {
    if (this.format === 'json') return this.line(JSON.stringify(value, null, 2));
    if (this.format === 'yaml') return this.line(stringify(value).trimEnd());
    const text = render();
    for (const line of typeof text === 'string' ? [text] : text) this.line(line);
  }

  /** One line of data. */
  line(text: string): void {
    this.stdout.write(`${text}\n`);
  }

  /** One line about what is going on. */
  progress(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  /** Colours text, when `stream` shows colours. */
  paint(style: Style, text: string, stream: WriteStream = this.stdout): string {
    return this.showsColour(stream) ? styleText(style, text, { validateStream: false }) : text;
  }

  showsColour(stream: WriteStream): boolean {
    return this.#colour ?? stream.isTTY === true;
  }

  /** A table without frames: columns separated by two blanks. */
  table(head: Row, rows: readonly Row[]): string {
    const table = new Table({
      head: head.map((title) => this.paint('bold', title)),
      chars: NO_FRAME,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    });
    for (const row of rows) table.push([...row]);
    return table
      .toString()
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n');
  }
}

const FRAME_PARTS =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right ' +
  'left left-mid mid mid-mid right right-mid middle';
const NO_FRAME = Object.fromEntries(FRAME_PARTS.split(' ').map((part) => [part, '']));
