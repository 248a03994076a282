/**
 * Makes the package that is published: JavaScript and declarations in `dist/`, or the folder that is given, with a
 * manifest of its own.
 *
 * Node does not strip types below node_modules, so users cannot run our sources. The compiler writes the declarations
 * and thereby says which files the exports need; Node strips the types of these; imports become relative, so that the
 * package needs no aliases.
 */
import { spawnSync } from 'node:child_process';
import { copyFile, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const [folder = 'dist'] = process.argv.slice(2);
const dist = path.resolve(root, folder);
const SPECIFIER = /\b(?:from\s*|import\s*\(?\s*)(?<quote>['"])(?:#|\.{1,2}\/)[^'"\n]+\.ts\k<quote>/g;

/** Users write machines and schemas with these: there must be one copy of each. */
const PEERS: ReadonlySet<string> = new Set(['xstate', 'zod']);

type Manifest = {
  version: string;
  license: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
  dependencies: Record<string, string>;
};

const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as Manifest;

await rm(dist, { recursive: true, force: true });
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const config = path.join(root, 'tsconfig.build.json');
const compiled = spawnSync(process.execPath, [tsc, '--project', config, '--outDir', dist], {
  stdio: 'inherit',
});
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

const packages = new Set<string>();
for await (const name of glob('**/*.d.ts', { cwd: dist })) {
  const declared = path.join(dist, name);
  const source = path.join(root, 'src', name.replace(/\.d\.ts$/, '.ts'));
  const javascript = stripTypeScriptTypes(await readFile(source, 'utf8'));
  for (const [, specifier = ''] of javascript.matchAll(/\bfrom\s*['"]([^'"#.][^'"]*)['"]/g)) {
    packages.add(
      specifier.startsWith('@') ? specifier.split('/', 2).join('/') : (specifier.split('/', 1)[0] ?? ''),
    );
  }
  await writeFile(declared.replace(/\.d\.ts$/, '.js'), withRelativeImports(javascript, name));
  await writeFile(declared, withRelativeImports(await readFile(declared, 'utf8'), name));
}

/** `#bus/publish.ts` in `door/client` becomes `../bus/publish.js`. */
function withRelativeImports(text: string, file: string): string {
  return text.replaceAll(SPECIFIER, (found) => {
    if (!found.includes('#')) return found.replace(/\.ts(?=['"]$)/, '.js');
    const target = found.slice(found.indexOf('#') + 1, -'.ts"'.length);
    const relative = path.posix.relative(path.posix.dirname(file), target);
    return `${found.slice(0, found.indexOf('#'))}${relative.startsWith('.') ? relative : `./${relative}`}.js${found.at(-1)}`;
  });
}

function dependenciesOf(isWanted: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(manifest.dependencies).filter(([name]) => packages.has(name) && isWanted(name)),
  );
}

const exportsOf = Object.entries(manifest.exports).map(([door, source]) => {
  const built = source.replace('./src/', './').replace(/\.ts$/, '');
  return [door, { types: `${built}.d.ts`, default: `${built}.js` }];
});
const published = {
  name: 'windlass',
  version: manifest.version,
  description: 'XState machines as durable actors over NATS JetStream.',
  license: manifest.license,
  type: 'module',
  engines: { node: '>=22' },
  exports: Object.fromEntries(exportsOf) as unknown,
  dependencies: dependenciesOf((name) => !PEERS.has(name)),
  peerDependencies: dependenciesOf((name) => PEERS.has(name)),
};
await mkdir(dist, { recursive: true });
await writeFile(path.join(dist, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
await copyFile(path.join(root, 'LICENSE'), path.join(dist, 'LICENSE'));
console.log(`${folder}: ${Object.keys(manifest.exports).length} exports, ${packages.size} packages`);
