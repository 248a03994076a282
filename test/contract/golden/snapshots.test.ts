/**
 * Actors that were stored once must go on as they would have then: each golden snapshot is read, stepped by today's
 * kernel and machine, and must give the record, effects and refusals of the day it was taken. The files are
 * append-only; `record-snapshots.ts` writes new ones.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { GoldenSnapshot } from './golden-snapshot.ts';
import { REGISTERED } from './snapshot-cases.ts';

const SNAPSHOTS_MIN = 2;
const folder = path.join(import.meta.dirname, 'snapshots');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.json'),
);
const nameOf = (definition: { type: string; version: number }) => `${definition.type}@${definition.version}`;
const byName = new Map(REGISTERED.map((definition) => [nameOf(definition), definition]));
const kernel = createKernel();

describe('a stored actor', () => {
  it.each(files.toSorted())('goes on as it would have when it was stored: %s', (file) => {
    const stored: unknown = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
    const { record, deliveries, nowMs, expected } = GoldenSnapshot.parse(stored);
    const definition = byName.get(path.dirname(file));
    if (!definition)
      throw new Error(`Nobody registers ${path.dirname(file)} any more: running actors would be stuck.`);
    const outcome = kernel.step(kernel.register(definition), record, { deliveries, nowMs });
    const { effects, refusals } = outcome;
    // counted since; the files are of a time before
    const { unhandled: _counted, ...after } = outcome.record;
    expect(JSON.parse(JSON.stringify({ record: after, effects, refusals }))).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  it('is kept in two states at least for every actor type', () => {
    const counts = new Map(
      [...Map.groupBy(files, (file) => path.dirname(file))].map(([name, all]) => [name, all.length]),
    );
    const short = [...byName.keys()].filter((name) => (counts.get(name) ?? 0) < SNAPSHOTS_MIN);
    expect(short, 'add cases to snapshot-cases.ts and run record-snapshots.ts').toEqual([]);
  });
});
