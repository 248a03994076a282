/** Settings of the command line from the environment: the only place that reads it. Flags win over these. */
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';

/** An empty variable counts as none: that is how shells and containers take one away. */
const text = z.preprocess((value) => (value === '' ? undefined : value), z.string().max(1_024).optional());

const Environment = z.object({
  /** NATS servers, comma separated. */
  NATS_URL: text,
  NO_COLOR: text,
  FORCE_COLOR: text,
  /** Who asks: shown in views and written on what is created. */
  WINDLASS_USER: text,
  USER: text,
});

const USER_LENGTH_MAX = 128;

export type CliConfig = {
  natsUrl: string | undefined;
  /** True or false when the environment decides; undefined: the terminal does. */
  colour: boolean | undefined;
  user: string;
};

/** Root of the repository. */
export const ROOT = path.dirname(path.dirname(import.meta.dirname));
/** Where `windlass dev` keeps everything it writes, unless told otherwise. */
export const DEV_DIR = path.join(ROOT, '.windlass', 'dev');

/** @throws ZodError naming the variable */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): CliConfig {
  const { NATS_URL, NO_COLOR, FORCE_COLOR, WINDLASS_USER, USER } = Environment.parse(environment);
  return {
    natsUrl: NATS_URL,
    colour: colourOf(NO_COLOR, FORCE_COLOR),
    user: (WINDLASS_USER ?? USER ?? userOfSystem()).slice(0, USER_LENGTH_MAX),
  };
}

/** Environment of a child process: this one's, with changes; `undefined` takes a variable away. */
export function childEnvironment(changes: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}

/** NO_COLOR counts when it is not empty (no-color.org); FORCE_COLOR=0 means off. */
function colourOf(noColour: string | undefined, forceColour: string | undefined): boolean | undefined {
  if (forceColour !== undefined) return forceColour !== '0' && forceColour !== 'false';
  return noColour === undefined ? undefined : false;
}

function userOfSystem(): string {
  try {
    return os.userInfo().username;
  } catch {
    return 'anonymous'; // a container may run under an id without a name
  }
}
