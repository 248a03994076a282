/** Numbers in options, checked before anything happens. */
import { InvalidArgumentError } from 'commander';

/** A whole number above 0. @throws InvalidArgumentError */
export function positiveInteger(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('Give a whole number above 0.');
}

/** A port, 0 for any free one. @throws InvalidArgumentError */
export function portNumber(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= 0 && number < 65_536) return number;
  throw new InvalidArgumentError('Give a port from 0 to 65535.');
}

/** Seconds, fractions allowed, as milliseconds. @throws InvalidArgumentError */
export function secondsAsMs(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && Number.isFinite(seconds) && seconds > 0) return Math.round(seconds * 1_000);
  throw new InvalidArgumentError('Give a number of seconds above 0.');
}
