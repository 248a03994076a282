/** Settings of the command line from the environment: the only place that reads it. Flags win over these. */
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';

const Environment = z.object({
  /** NATS servers, comma separated. */
  NATS_URL: z.string().min(1).optional(),
  NO_COLOR: z.string().optional(),
  FORCE_COLOR: z.string().optional(),
  /** Who asks: shown in views and written on what is created. */
  WINDLASS_USER: z.string().min(1).max(128).optional(),
  USER: z.string().min(1).max(128).optional(),
});

export type CliConfig = {
  natsUrl: string | undefined;
  /** True or false when the environment decides; undefined: the terminal does. */
  colour: boolean | undefined;
  user: string;
};

/** Root of the repository. */
export const ROOT = path.dirname(path.dirname(import.meta.dirname));
/** Where everything that a local deployment writes is kept. */
export const LOCAL_DIR = path.join(ROOT, '.windlass');

/** @throws ZodError naming the variable */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): CliConfig {
  const { NATS_URL, NO_COLOR, FORCE_COLOR, WINDLASS_USER, USER } = Environment.parse(environment);
  return {
    natsUrl: NATS_URL,
    colour: colourOf(NO_COLOR, FORCE_COLOR),
    user: WINDLASS_USER ?? USER ?? userOfSystem(),
  };
}

/** Environment of a child process: this one's, with changes; `undefined` takes a variable away. */
export function childEnvironment(changes: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}

/** NO_COLOR counts when it is not empty (no-color.org); FORCE_COLOR=0 means off. */
function colourOf(noColour: string | undefined, forceColour: string | undefined): boolean | undefined {
  if (forceColour !== undefined) return forceColour !== '0' && forceColour !== 'false';
  return noColour === undefined || noColour === '' ? undefined : false;
}

function userOfSystem(): string {
  try {
    return os.userInfo().username;
  } catch {
    return 'anonymous'; // a container may run under an id without a name
  }
}
