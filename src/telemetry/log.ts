/** Structured log lines, one JSON object each, on stderr: stdout belongs to data. */
import { pino, destination, type Logger } from 'pino';
import { z } from 'zod';

export const LogLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']);
export type LogLevel = z.infer<typeof LogLevel>;
export type Log = Logger;

/** Every line carries `service` and `node`. Nothing secret is ever passed to a log. */
export function createLog(options: { service: string; node: string; level: LogLevel }): Log {
  return pino(
    { level: options.level, base: { service: options.service, node: options.node } },
    destination({ dest: 2, sync: true }),
  );
}
