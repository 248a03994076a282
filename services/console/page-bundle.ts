/**
 * Builds the page in memory when the console starts: well under a second, so there is no output folder to go stale
 * and no build step to forget. Everything comes from node_modules; nothing is loaded from elsewhere.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export type PageFile = { contentType: string; body: Uint8Array<ArrayBuffer>; etag: string };

const ENTRY = fileURLToPath(new URL('./page/main.tsx', import.meta.url));
const STYLE = fileURLToPath(new URL('./page/page.css', import.meta.url));
const DOCUMENT = fileURLToPath(new URL('./page/page.html', import.meta.url));
const ICON = fileURLToPath(new URL('./page/icon.svg', import.meta.url));

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Every file of the page by its path. @throws Error listing what does not compile */
export async function bundlePage(): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>();
  const add = (name: string, body: Uint8Array): void => {
    const contentType = CONTENT_TYPES[path.extname(name)] ?? 'application/octet-stream';
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    files.set(name, { contentType, body: new Uint8Array(body), etag });
  };
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
  for (const file of outputFiles) add(`/assets/${path.basename(file.path)}`, file.contents);
  // ELK lays out in a worker of its own, so that a large statechart does not freeze the page.
  const elkWorker = createRequire(import.meta.url).resolve('elkjs/lib/elk-worker.min.js');
  add('/assets/elk-worker.js', await readFile(elkWorker));
  add('/assets/icon.svg', await readFile(ICON));
  add('/page.html', await readFile(DOCUMENT));
  return files;
}
