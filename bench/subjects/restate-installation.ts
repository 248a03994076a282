/** Restate for the benchmark alone: its own folder, its own lockfile, never a dependency of the project. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

export const RESTATE_FOLDER = path.join(import.meta.dirname, '..', 'peers', 'restate');
const PLATFORM = `restate-server-${process.platform}-${process.arch}`;

/** Path of the server's binary; null when Restate is not installed, or not made for this platform. */
export function restateServer(): string | null {
  const binary = path.join(RESTATE_FOLDER, 'node_modules', '@restatedev', PLATFORM, 'bin', 'restate-server');
  return existsSync(binary) ? binary : null;
}

/** Installs what the peer's own lockfile says. @throws Error when npm fails */
export function installRestate(): void {
  const npmScript = process.env['npm_execpath'];
  const [command = '', ...before] = npmScript?.endsWith('.js') ? [process.execPath, npmScript] : ['npm'];
  const args = [...before, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  // stdout belongs to the measurements
  const result = spawnSync(command, args, { cwd: RESTATE_FOLDER, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) {
    throw new Error(
      `npm ci failed in ${RESTATE_FOLDER}; its reason is above. Without it Restate is not measured.`,
    );
  }
}
