/**
 * A lockfile that lacks a platform package makes `npm ci` refuse to work, on every platform.
 *
 * It happens when a version is published for some platforms before the others: take an older version then.
 */
import { lineAt, type Finding } from './source-file.ts';

type Entry = { optionalDependencies?: Record<string, string> };

/** Optional packages that a locked package names and the lockfile does not hold. */
export function missingFromLockfile(lockText: string): Finding[] {
  const { packages } = JSON.parse(lockText) as { packages: Record<string, Entry> };
  const held = new Set(Object.keys(packages).map((place) => place.split('node_modules/').at(-1)));
  return Object.entries(packages).flatMap(([place, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !held.has(name))
      .map((name) => ({
        path: 'package-lock.json',
        line: lineAt(lockText, lockText.indexOf(`"${place}"`)),
        message: `lacks ${name}, wanted by ${place || 'package.json'}: npm ci will fail; take another version`,
      })),
  );
}
