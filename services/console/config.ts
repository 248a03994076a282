/** Settings of the console process: flags first, then the environment. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { NodeEnvironment } from '#contracts/node-settings.ts';

const PORT_PREFERRED = 4200;

export type ConsoleConfig = { natsServers: string[]; port: number };

/** Reads `--port` (0: any free one) and `NATS_URL`. @throws ZodError naming what is wrong */
export function readConfig(
  words: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): ConsoleConfig {
  const { values } = parseArgs({ args: [...words], options: { port: { type: 'string' } } });
  const port = z.coerce.number().int().min(0).max(65_535).default(PORT_PREFERRED).parse(values.port);
  return { natsServers: NodeEnvironment.parse(environment).NATS_URL, port };
}
