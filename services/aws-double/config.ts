/** Configuration of the double's own process: flags first, then environment, then defaults. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Timings } from './cloud/timings.ts';

export const AwsDoubleConfig = z.strictObject({
  port: z.coerce.number().int().min(0).max(65_535).default(4_566),
  host: z.string().default('127.0.0.1'),
  /** Journal directory; empty keeps nothing. */
  dataDir: z.string().optional(),
  /** `demo`, or the path of a JSON file of the seed format. */
  seed: z.string().optional(),
  /** JSON object of `Timings`, e.g. `{"pendingMs":100}`. */
  timings: z
    .string()
    .default('{}')
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: `timings is no JSON: ${String(error)}` });
        return z.NEVER;
      }
    })
    .pipe(Timings.partial().strict()),
});
export type AwsDoubleConfig = z.infer<typeof AwsDoubleConfig>;

/** Reads `--port --host --data-dir --seed --timings` and `AWS_DOUBLE_PORT` and so on. @throws ZodError, TypeError */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv = process.env): AwsDoubleConfig {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      'data-dir': { type: 'string' },
      seed: { type: 'string' },
      timings: { type: 'string' },
    },
  });
  const chosen = {
    port: values.port ?? env['AWS_DOUBLE_PORT'],
    host: values.host ?? env['AWS_DOUBLE_HOST'],
    dataDir: values['data-dir'] ?? env['AWS_DOUBLE_DATA_DIR'],
    seed: values.seed ?? env['AWS_DOUBLE_SEED'],
    timings: values.timings ?? env['AWS_DOUBLE_TIMINGS'],
  };
  return AwsDoubleConfig.parse(
    Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)),
  );
}
