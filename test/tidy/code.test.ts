import { describe, expect, it } from 'vitest';
import { file, placesFound } from './plant.ts';
import { unreachable } from './reachable.ts';
import { readCode, toLines } from './source-file.ts';
import { bannedText, fileNames, fileSize, machinePaths } from './text-rules.ts';

const CODE = readCode();

describe('file size', () => {
  it('is kept small everywhere', () => {
    expect(toLines(fileSize(CODE))).toEqual([]);
  });

  it('is refused from the 301st line on', () => {
    expect(placesFound(fileSize, 'src/a.ts', 'x\n'.repeat(300))).toEqual([]);
    expect(placesFound(fileSize, 'src/a.ts', 'x\n'.repeat(301))).toEqual(['src/a.ts:300']);
  });
});

describe('file names', () => {
  it('say what is inside', () => {
    expect(toLines(fileNames(CODE))).toEqual([]);
  });

  it.each([
    'src/bus/utils.ts',
    'src/utils/a.ts',
    'src/bus/string-helpers.ts',
    'src/runtime/actor-manager.ts',
    'src/common/a.ts',
    'src/bus/misc.ts',
    'src/bus/types.ts',
    'src/bus/index.ts',
    'src/bus/groupCommitter.ts',
    'src/bus/Group.ts',
    'src/bus/group_committer.ts',
  ])('refuse %s', (path) => {
    expect(placesFound(fileNames, path, '')).toEqual([`${path}:1`]);
  });

  it.each(['src/bus/group-committer.ts', 'src/contracts/launch.contract.ts', 'src/contracts/stage-types.ts'])(
    'accept %s',
    (path) => {
      expect(placesFound(fileNames, path, '')).toEqual([]);
    },
  );
});

describe('banned text', () => {
  it('is nowhere', () => {
    expect(toLines(bannedText(CODE))).toEqual([]);
  });

  it.each([
    ['test/unit/a.test.ts', "it.only('x', () => {});"],
    ['test/unit/a.test.ts', "describe.skip('x', () => {});"],
    ['test/unit/a.test.ts', "it.skipIf(slow)('x', () => {});"],
    ['test/unit/a.test.ts', "test.todo('x');"],
    ['src/bus/a.ts', 'export default {};'],
    ['src/bus/a.ts', "export * from './b.ts';"],
    ['services/orca/main.ts', "const url = process.env['NATS_URL'];"],
    ['src/bus/a.ts', '// @ts-ignore'],
    ['src/bus/a.ts', '// @ts-expect-error'],
    ['src/bus/a.ts', 'const a = b as any;'],
    ['src/bus/a.ts', '// TODO: later'],
    ['src/bus/a.ts', 'export enum Colour { Red }'],
    ['machines/orca/a.ts', 'const now = Date.now();'],
    ['machines/orca/a.ts', 'const now = new Date();'],
    ['machines/orca/a.ts', 'const id = Math.random();'],
    ['machines/orca/a.ts', 'setTimeout(next, 5);'],
    ['machines/orca/a.ts', 'const id = crypto.randomUUID();'],
  ])('is found when planted in %s: %s', (path, text) => {
    expect(placesFound(bannedText, path, `\n${text}`)).toEqual([`${path}:2`]);
  });

  it.each([
    ['services/orca/config.ts', "const url = process.env['NATS_URL'];"],
    ['tools/a.ts', "const url = process.env['NATS_URL'];"],
    ['vitest.config.ts', 'export default {};'],
    ['src/bus/a.ts', 'const now = Date.now();'],
  ])('is allowed in %s: %s', (path, text) => {
    expect(placesFound(bannedText, path, text)).toEqual([]);
  });
});

describe('machine paths', () => {
  it('are nowhere in the code', () => {
    expect(toLines(machinePaths(CODE.filter((source) => !source.path.startsWith('test/tidy/'))))).toEqual([]);
  });

  it.each(['see /home/ann/project', "readFile('/tmp/x/y')", '`/Users/ann/x`'])('are found in %s', (text) => {
    expect(placesFound(machinePaths, 'docs/a.md', text)).toEqual(['docs/a.md:1']);
  });

  it.each(['https://example.com/home/page', './tmp/x', '/etc/ssl/certs'])('are not seen in %s', (text) => {
    expect(placesFound(machinePaths, 'docs/a.md', text)).toEqual([]);
  });
});

describe('reachability', () => {
  it('holds for every source file', () => {
    expect(toLines(unreachable(CODE))).toEqual([]);
  });

  it('finds a file that nothing imports', () => {
    const planted = [
      file('services/orca/main.ts', "import { used } from '#runtime/used.ts';"),
      file('src/runtime/used.ts', "import type { Deep } from './deep.ts';"),
      file('src/runtime/deep.ts', ''),
      file('src/runtime/dead.ts', "import { used } from './used.ts';"),
    ];
    expect(unreachable(planted).map((finding) => finding.path)).toEqual(['src/runtime/dead.ts']);
  });

  it('follows a file that is started as a process', () => {
    const planted = [
      file('test/chaos/main.ts', "spawn(new URL('../../services/orca/replica.ts', import.meta.url));"),
      file('services/orca/replica.ts', ''),
    ];
    expect(unreachable(planted)).toEqual([]);
  });
});
