import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mirrorIn } from '#tools/nats-server-debian.ts';
import { findNatsServer, type Rung } from '#tools/nats-server-find.ts';
import { checkSum } from '#tools/nats-server-release.ts';
import { checkedBinary, isAtLeast } from '#tools/nats-server-version.ts';

describe('findNatsServer', () => {
  const fails = (name: string, reason: string): Rung => ({
    name,
    get: () => Promise.reject(new Error(reason)),
  });
  const gives = (path: string): Rung => ({
    name: path,
    get: () => Promise.resolve({ path, version: '2.15.1' }),
  });

  it('takes the first rung that holds', async () => {
    const found = await findNatsServer([fails('PATH', 'none'), gives('second'), gives('third')]);
    expect(found.path).toBe('second');
  });

  it('lists every reason and a remedy when no rung holds', async () => {
    const search = findNatsServer([fails('PATH', 'too old'), fails('cache', 'empty')]);
    await expect(search).rejects.toMatchObject({ code: 'NATS_SERVER_NOT_FOUND' });
    await expect(search).rejects.toThrow(/- PATH: too old\n- cache: empty\n.*NATS_SERVER/s);
  });
});

describe('checkedBinary', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'windlass-binary-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function binaryThatSays(text: string): Promise<string> {
    const file = path.join(folder, 'nats-server');
    await writeFile(file, `#!/bin/sh\necho '${text}'\n`);
    await chmod(file, 0o755);
    return file;
  }

  it('accepts a server that is new enough', async () => {
    const file = await binaryThatSays('nats-server: v2.16.0');
    expect(await checkedBinary(file)).toEqual({ path: file, version: '2.16.0' });
  });

  it('refuses a server that is too old', async () => {
    await expect(checkedBinary(await binaryThatSays('nats-server: v2.10.27'))).rejects.toThrow('too old');
  });

  it('refuses another program', async () => {
    await expect(checkedBinary(await binaryThatSays('hello'))).rejects.toThrow('not a nats-server');
  });
});

describe('isAtLeast', () => {
  it.each([
    ['2.14.3', true],
    ['2.14.2', false],
    ['2.15.0', true],
    ['2.9.10', false],
    ['3.0.0', true],
  ])('compares %s numerically', (version, expected) => {
    expect(isAtLeast(version, '2.14.3')).toBe(expected);
  });
});

describe('checkSum', () => {
  const archive = Buffer.from('an archive');
  const sum = createHash('sha256').update(archive).digest('hex');
  const other = '0'.repeat(64);

  it('accepts an archive with the published and pinned sum', () => {
    expect(() => checkSum({ archive, name: 'a', sums: `${other}  b\n${sum}  a\n`, pin: sum })).not.toThrow();
  });

  it.each([
    ['the published sum differs', `${other}  a`, undefined],
    ['the pin differs', `${sum}  a`, other],
    ['the sum is not published', `${sum}  b`, sum],
  ])('refuses an archive when %s', (_, sums, pin) => {
    expect(() => checkSum({ archive, name: 'a', sums, pin })).toThrow();
  });
});

describe('mirrorIn', () => {
  it.each([
    ['deb [signed-by=/k.gpg] http://mirror.example/debian bookworm main', 'http://mirror.example/debian'],
    ['Types: deb\nURIs: https://deb.debian.org/debian\nSuites: bookworm', 'https://deb.debian.org/debian'],
    ['deb http://security.debian.org/debian-security bookworm-security main', null],
    ['deb http://archive.ubuntu.com/ubuntu noble main', null],
  ])('reads the mirror of %j', (sources, expected) => {
    expect(mirrorIn(sources)).toBe(expected);
  });
});
