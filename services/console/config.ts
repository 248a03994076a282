/** Settings of the console process: flags first, then the environment. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { NodeEnvironment } from '#contracts/node-settings.ts';

const PORT_PREFERRED = 4200;

const ConsoleEnvironment = NodeEnvironment.extend({
  WINDLASS_CONSOLE_HOST: z.string().min(1).optional(),
  WINDLASS_CONSOLE_PAGE: z.string().min(1).optional(),
});

export type ConsoleConfig = { natsServers: string[]; port: number; host?: string; pageFolder?: string };

/**
 * Reads `--port` (0: any free one) and `NATS_URL`; in a container also where to listen, and where its page was built.
 * @throws ZodError naming what is wrong
 */
export function readConfig(
  words: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): ConsoleConfig {
  const { values } = parseArgs({ args: [...words], options: { port: { type: 'string' } } });
  const port = z.coerce.number().int().min(0).max(65_535).default(PORT_PREFERRED).parse(values.port);
  const read = ConsoleEnvironment.parse(environment);
  const { NATS_URL: natsServers, WINDLASS_CONSOLE_HOST: host, WINDLASS_CONSOLE_PAGE: pageFolder } = read;
  return {
    natsServers,
    port,
    ...(host === undefined ? {} : { host }),
    ...(pageFolder === undefined ? {} : { pageFolder }),
  };
}
