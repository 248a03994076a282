/** The system of docker-compose.yml under a name and ports of its own, so that it disturbs nobody's. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');
const COMMAND_TIMEOUT_MS = 300_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

export type ComposeSystem = {
  /** Runs `docker compose ARGUMENTS` on this system and returns what it printed. */
  compose(...composeArguments: string[]): Promise<string>;
  /** `host:port` on this machine of a port inside a service. */
  placeOf(service: string, port: number): Promise<string>;
  /** Sends a signal to one container of a service, counted from 1. */
  kill(service: string, replica: number, signal: NodeJS.Signals): Promise<void>;
  /** Removes containers, network and volumes. */
  remove(): Promise<void>;
};

/** Names a system; nothing runs before `compose('up', …)`. */
export function composeSystem(): ComposeSystem {
  const name = `windlass-test-${randomBytes(4).toString('hex')}`;
  const compose = async (...composeArguments: string[]): Promise<string> => {
    const { stdout } = await run('docker', ['compose', '--project-name', name, ...composeArguments], {
      cwd: ROOT,
      env: { ...process.env, NATS_PORT: '0', AWS_DOUBLE_PORT: '0', CONSOLE_PORT: '0' }, // any free port
      timeout: COMMAND_TIMEOUT_MS,
      maxBuffer: OUTPUT_BYTES_MAX,
    });
    return stdout.trim();
  };
  return {
    compose,
    placeOf: (service, port) => compose('port', service, String(port)),
    kill: async (service, replica, signal) => {
      await run('docker', ['kill', '--signal', signal, `${name}-${service}-${replica}`]);
    },
    remove: async () => {
      await compose('--profile', '*', 'down', '--volumes', '--timeout', '1');
    },
  };
}
