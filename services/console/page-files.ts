/** The files of the page: built in this process, or read from a folder into which they were built before. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Contents by the path in the URL: `/page.html`, `/assets/page.js`. */
export type PageContents = ReadonlyMap<string, Uint8Array>;

export type PageFile = { contentType: string; body: Uint8Array<ArrayBuffer>; etag: string };

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** @throws Error listing what does not compile, or naming a folder without a page */
export async function pageFiles(folder: string | undefined): Promise<ReadonlyMap<string, PageFile>> {
  const contents = folder === undefined ? await bundled() : await readPage(folder);
  return new Map([...contents].map(([name, body]) => [name, pageFile(name, body)]));
}

/** Where the page was built before, nothing of what builds it is needed. */
async function bundled(): Promise<PageContents> {
  const { bundlePage } = await import('./page-bundle.ts');
  return bundlePage();
}

function pageFile(name: string, body: Uint8Array): PageFile {
  const contentType = CONTENT_TYPES[path.extname(name)] ?? 'application/octet-stream';
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { contentType, body: new Uint8Array(body), etag };
}

/** Writes the page into a folder, for {@link pageFiles}. */
export async function writePage(folder: string, contents: PageContents): Promise<void> {
  for (const [name, body] of contents) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, body);
  }
}

async function readPage(folder: string): Promise<PageContents> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const contents = new Map<string, Uint8Array>();
  for (const entry of entries.filter((found) => found.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    contents.set(`/${path.relative(folder, file).replaceAll(path.sep, '/')}`, await readFile(file));
  }
  if (!contents.has('/page.html')) {
    throw new Error(
      `There is no page in ${folder}. Build it: node services/console/build-page.ts ${folder}; or leave the folder out.`,
    );
  }
  return contents;
}
