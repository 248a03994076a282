/** One run of a command: its global options, where it writes, and its way to NATS. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { readConfig } from './config.ts';
import { readDevState, type DevState } from './dev-state.ts';
import { OUTPUT_FORMATS, Output, type OutputFormat } from './output.ts';
import { Session } from './session.ts';

const DEFAULT_NATS = '127.0.0.1:4222';

type GlobalOptions = { nats?: string; output: OutputFormat; color: boolean };

export type Invocation = {
  output: Output;
  /** Who asks. */
  user: string;
  /** Of the `windlass dev` that runs here, unless another NATS was named. */
  devState: DevState | null;
  servers: readonly string[];
  /** Connects. @throws CliError */
  openSession: () => Promise<Session>;
};

/** The options that every command has. */
export function addGlobalOptions(program: Command): void {
  program
    .addOption(
      new Option('--nats <url>', 'NATS servers, comma separated (env NATS_URL; else a running windlass dev)'),
    )
    .addOption(
      new Option('-o, --output <format>', 'how results are written').choices(OUTPUT_FORMATS).default('table'),
    )
    .option('--no-color', 'no colours (env NO_COLOR; FORCE_COLOR=1 for always)');
}

/** Flag, then environment, then the local `windlass dev`, then the default port. */
export async function invocationOf(command: Command): Promise<Invocation> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const config = readConfig();
  const named = options.nats ?? config.natsUrl;
  const devState = named === undefined ? await readDevState() : null;
  const servers = (named ?? devState?.natsUrl ?? DEFAULT_NATS)
    .split(',')
    .map((server) => server.trim())
    .filter(Boolean);
  return {
    output: new Output({ format: options.output, colour: options.color ? config.colour : false }),
    user: config.user,
    devState,
    servers,
    openSession: () => Session.open(servers),
  };
}
