/**
 * Builds the page in memory: well under a second, so there is no output folder to go stale and no build step to forget.
 * Everything comes from node_modules; nothing is loaded from elsewhere.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { PageContents } from './page-files.ts';

const ENTRY = fileURLToPath(new URL('./page/main.tsx', import.meta.url));
const STYLE = fileURLToPath(new URL('./page/page.css', import.meta.url));
const DOCUMENT = fileURLToPath(new URL('./page/page.html', import.meta.url));
const ICON = fileURLToPath(new URL('./page/icon.svg', import.meta.url));

/** Every file of the page by its path. @throws Error listing what does not compile */
export async function bundlePage(): Promise<PageContents> {
  const { outputFiles } = await build({
    entryPoints: { page: ENTRY, style: STYLE },
    outdir: path.dirname(ENTRY),
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    // Also takes React's own production form.
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
  });
  // ELK lays out in a worker of its own, so that a large statechart does not freeze the page.
  const elkWorker = createRequire(import.meta.url).resolve('elkjs/lib/elk-worker.min.js');
  return new Map<string, Uint8Array>([
    ...outputFiles.map((file) => [`/assets/${path.basename(file.path)}`, file.contents] as const),
    ['/assets/elk-worker.js', await readFile(elkWorker)],
    ['/assets/icon.svg', await readFile(ICON)],
    ['/page.html', await readFile(DOCUMENT)],
  ]);
}
