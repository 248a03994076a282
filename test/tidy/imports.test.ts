import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALIASES, EXPORTS } from './import-edges.ts';
import { aliasesBetweenAreas, importDirections, importsExist } from './import-rules.ts';
import { file, placesFound } from './plant.ts';
import { readCode, ROOT, toLines } from './source-file.ts';

const CODE = readCode();

describe('import directions', () => {
  it('hold in the whole repository', () => {
    expect(toLines(importDirections(CODE))).toEqual([]);
  });

  it.each([
    ['src/contracts/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['src/contracts/a.ts', "import { b } from '#runtime/b.ts';"],
    ['src/bus/a.ts', "import { b } from '#runtime/b.ts';"],
    ['src/bus/a.ts', "import { b } from 'xstate';"],
    ['src/runtime/a.ts', "import { b } from '#bus/b.ts';"],
    ['src/runtime/a.ts', "import { b } from './jetstream/b.ts';"],
    ['src/runtime/memory/a.ts', "import { b } from '@nats-io/jetstream';"],
    ['src/runtime/a.ts', "import { b } from '#machines/support/b.ts';"],
    ['src/runtime/jetstream/a.ts', "import { b } from '@nats-io/jetstream';"],
    ['machines/orca/a.machine.ts', "import { readFile } from 'node:fs';"],
    ['machines/orca/a.machine.ts', "import { b } from '#machines/clouddriver/b.ts';"],
    ['machines/clouddriver/a.machine.ts', "import { b } from '../orca/b.ts';"],
    ['machines/support/a.ts', "import { b } from '#runtime/b.ts';"],
    ['src/runtime/a.ts', "import { b } from '#telemetry/b.ts';"],
    ['src/telemetry/a.ts', "import { b } from '#bus/b.ts';"],
    ['services/orca/a.ts', "import { b } from '#services/clouddriver/b.ts';"],
    ['services/orca/a.ts', "import { b } from '#machines/clouddriver/b.ts';"],
    ['services/gateway/a.ts', "import { b } from '#services/orca/b.ts';"],
    ['services/clouddriver/a.ts', "import { EC2Client } from '@aws-sdk/client-ec2';"],
    ['services/clouddriver/a.ts', "import { connect } from '@nats-io/transport-node';"],
    ['services/clouddriver/a.ts', "import { pino } from 'pino';"],
    ['services/orca/a.ts', "import { b } from '#test/support/b.ts';"],
    ['src/runtime/a.ts', "import { b } from '#tools/b.ts';"],
    ['services/console/page/a.tsx', "import { b } from '#bus/b.ts';"],
    ['services/console/page/a.tsx', "import { b } from '../start.ts';"],
    ['services/console/page/a.tsx', "import { readFile } from 'node:fs/promises';"],
    ['services/console/page/a.tsx', "import { Hono } from 'hono';"],
    ['services/console/a.ts', "import { b } from '#services/cli/b.ts';"],
    ['services/new-one/a.ts', ''],
  ])('find the violation planted in %s: %s', (path, text) => {
    expect(placesFound(importDirections, path, text)).toEqual([`${path}:1`]);
  });

  it.each([
    ['a value import', "import { b } from '#bus/b.ts';"],
    ['a type-only import', "import type { B } from '#bus/b.ts';"],
    ['an import over several lines', "import {\n  b,\n  type C,\n} from '#bus/b.ts';"],
    ['a side-effect import', "import '#bus/b.ts';"],
    ['a re-export', "export { b } from '#bus/b.ts';"],
    ['a type-only re-export', "export type { B } from '#bus/b.ts';"],
    ['a dynamic import', "const b = await import('#bus/b.ts');"],
    ['an import type', "type B = import('#bus/b.ts').B;"],
  ])('see %s', (_, text) => {
    expect(placesFound(importDirections, 'src/runtime/a.ts', `// one line before\n${text}`)).toEqual([
      'src/runtime/a.ts:2',
    ]);
  });

  it.each([
    ['src/runtime/jetstream/a.ts', "import { b } from '#bus/b.ts';"],
    ['services/clouddriver/providers/aws/a.ts', "import { EC2Client } from '@aws-sdk/client-ec2';"],
    ['services/clouddriver/main.ts', "import { b } from './providers/aws/b.ts';"],
    ['services/cli/main.ts', "import { b } from '#tools/b.ts';"],
    ['services/console/page/a.tsx', "import { useState } from 'react';"],
    ['services/console/page/a.tsx', "import type { B } from '#contracts/b.ts';"],
    ['machines/orca/a.ts', "import { b } from '#machines/support/b.ts';"],
    ['src/runtime/a.ts', " * see import('#bus/b.ts')"],
  ])('let %s have: %s', (path, text) => {
    expect(placesFound(importDirections, path, text)).toEqual([]);
  });

  it('read the same aliases as Node', () => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      imports: Record<string, string>;
    };
    const expected = Object.entries(ALIASES).map(([alias, folder]) => [`${alias}*`, `./${folder}*`]);
    expect(Object.entries(manifest.imports)).toEqual(expected);
  });

  it('read the same exports as the users of the package', () => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, string>;
    };
    const expected = Object.entries(EXPORTS).map(([specifier, file]) => [
      specifier.replace(/^windlass/, '.'),
      `./${file}`,
    ]);
    expect(Object.entries(manifest.exports)).toEqual(expected);
  });
});

describe('relative imports', () => {
  it('stay within their area', () => {
    expect(toLines(aliasesBetweenAreas(CODE))).toEqual([]);
  });

  it.each([
    ['src/runtime/memory/a.ts', "import { b } from '../../contracts/b.ts';"],
    ['machines/orca/a.ts', "import { b } from '../support/b.ts';"],
    ['test/unit/a.test.ts', "import { b } from '../support/b.ts';"],
  ])('are found when they leave it: %s', (path, text) => {
    expect(placesFound(aliasesBetweenAreas, path, text)).toEqual([`${path}:1`]);
  });

  it('name files that exist', () => {
    const known = toLines(importsExist(CODE));
    // The plants of this file are imports inside strings.
    expect(known.filter((line) => !line.startsWith('test/tidy/imports.test.ts:'))).toEqual([]);
    const planted = [
      file('src/bus/a.ts', "import type { B } from './gone.ts';"),
      file('services/console/page/a.tsx', "import { B } from './gone.tsx';"),
    ];
    expect(toLines(importsExist(planted))).toEqual([
      "src/bus/a.ts:1: './gone.ts' does not exist",
      "services/console/page/a.tsx:1: './gone.tsx' does not exist",
    ]);
  });
});
