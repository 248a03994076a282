/** Names a process: unique per start, so that a restarted one never passes for its former self. */
import { randomBytes } from 'node:crypto';

export function nodeName(service: string): string {
  return `${service}-${process.pid}-${randomBytes(3).toString('hex')}`;
}
