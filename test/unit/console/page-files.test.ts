import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pageFiles } from '#services/console/page-files.ts';

/** What the image is built with. */
const PROGRAM = fileURLToPath(new URL('../../../services/console/build-page.ts', import.meta.url));

describe('the files of the page', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'windlass-page-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are the same whether they are built now or were built before', async () => {
    await promisify(execFile)(process.execPath, [PROGRAM, folder]);
    const before = await pageFiles(folder);
    expect([...before.keys()].toSorted()).toEqual([
      '/assets/elk-worker.js',
      '/assets/icon.svg',
      '/assets/page.js',
      '/assets/style.css',
      '/page.html',
    ]);
    expect(Object.fromEntries(before)).toEqual(Object.fromEntries(await pageFiles(undefined)));
    expect(before.get('/assets/page.js')?.contentType).toBe('text/javascript; charset=utf-8');
  });

  it('are refused when the folder has no page, with what to do', async () => {
    await expect(pageFiles(folder)).rejects.toThrow('services/console/build-page.ts');
  });
});
