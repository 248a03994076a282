/**
 * Writes the golden snapshots that do not exist yet; never touches one that does.
 *
 * `node test/contract/golden/record-snapshots.ts`
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { partsOf } from '#contracts/address.ts';
import { createKernel } from '#runtime/kernel/xstate5-kernel.ts';
import { GoldenSnapshot } from './golden-snapshot.ts';
import { REGISTERED, SNAPSHOT_CASES } from './snapshot-cases.ts';
import type { SnapshotCase } from './snapshot-steps.ts';

const kernel = createKernel();

async function snapshotOf(snapshot: SnapshotCase): Promise<GoldenSnapshot> {
  const record = await snapshot.reach();
  const { type } = partsOf(record.address);
  const definition = REGISTERED.find((candidate) => candidate.type === type);
  if (!definition || !snapshot.name.startsWith(`${type}@${definition.version}/`)) {
    throw new Error(
      `${snapshot.name} reached ${record.address}; name it after the actor's type and version.`,
    );
  }
  const deliveries = snapshot.next(record).map((envelope, index) => ({
    envelope,
    log: 'mailbox' as const,
    sequence: record.applied.mailbox + 1 + index,
  }));
  const nowMs = record.updatedAtMs + 1_000;
  const expected = kernel.step(kernel.register(definition), record, { deliveries, nowMs });
  return GoldenSnapshot.parse(JSON.parse(JSON.stringify({ record, deliveries, nowMs, expected })));
}

for (const snapshot of SNAPSHOT_CASES) {
  const file = path.join(import.meta.dirname, 'snapshots', `${snapshot.name}.json`);
  if (existsSync(file)) continue;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(await snapshotOf(snapshot), null, 2)}\n`);
  console.log(`wrote ${snapshot.name}`);
}
