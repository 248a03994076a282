/** What every binding promises of what all nodes share besides logs and records: rates, views, payloads, tasks on loan. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '#contracts/address.ts';
import type { Json } from '#contracts/json.ts';
import { placeOf } from '#contracts/topology.ts';
import { loadPayload, resolvePayloads, storePayload } from '#runtime/large-payloads.ts';
import type { NodePorts } from '#runtime/node.ts';
import { aCommit, rootAddress } from '#test/support/records.ts';
import type { PortsUnderTest } from './node-ports.ts';

const never = new AbortController().signal;

export function describeSharedPorts(binding: string, open: () => Promise<PortsUnderTest>): void {
  describe(`what nodes share in ${binding}`, () => {
    let bus: PortsUnderTest;
    let one: NodePorts;
    let other: NodePorts;
    beforeAll(async () => {
      bus = await open();
      one = bus.portsOf('orca', 'orca-a');
      other = bus.portsOf('orca', 'orca-b');
    });
    afterAll(() => bus.dispose());

    it('counts a rate over all nodes', async () => {
      const rate = { perSecond: 20, burst: 1 };
      const startMs = one.clock.nowMs();
      const slots = [one, other].flatMap(({ rateLimits }) =>
        Array.from({ length: 5 }, () => rateLimits.acquire('k', { rate, signal: never })),
      );
      await Promise.all(slots);
      // The tenth slot is nine intervals of 50 ms after the first.
      expect(one.clock.nowMs() - startMs).toBeGreaterThanOrEqual(440);
    });

    it('keeps the rates of different keys apart', async () => {
      const slow = { rate: { perSecond: 0.001, burst: 1 }, signal: never };
      await one.rateLimits.acquire('full', slow);
      await other.rateLimits.acquire('empty', slow);
      const enough = AbortSignal.timeout(50);
      await expect(other.rateLimits.acquire('full', { ...slow, signal: enough })).rejects.toThrow();
    });

    it('shows the view of the last commit to every node', async () => {
      const address: Address = rootAddress('orca', 'seen');
      expect(await other.views.read(address)).toBeNull();
      const { partition } = placeOf(address, bus.topology);
      const epoch = await one.ownership.claim({ partition, node: 'orca-a', seenEpoch: 0 });
      const commit = aCommit({ address, epoch: epoch ?? 0, topology: bus.topology });
      await one.store.commit(commit);
      expect(await other.views.read(address)).toEqual(commit.view);
    });

    it('gives back a payload of several messages to every node, and an equal one under the same name', async () => {
      const value: Json = { rows: Array.from({ length: 60_000 }, (_, n) => `row ${n} é✓`) };
      const reference = await storePayload(one.blobs, value);
      expect(reference.sizeBytes).toBeGreaterThan(1_000_000);
      expect(await storePayload(other.blobs, value)).toEqual(reference);
      expect(await loadPayload(other.blobs, reference)).toEqual(value);
      const input = { report: reference, list: [{ deep: reference }], plain: 1 };
      expect(await resolvePayloads(other.blobs, input)).toEqual({
        report: value,
        list: [{ deep: value }],
        plain: 1,
      });
    });

    it('says so when a payload is not stored, or is another one', async () => {
      const digest = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
      const missing = { blob: digest('nothing'), sizeBytes: 3 };
      await expect(loadPayload(one.blobs, missing)).rejects.toMatchObject({ code: 'PAYLOAD_MISSING' });
      await one.blobs.put(digest('"real"'), Buffer.from('"fake"'));
      const damaged = { blob: digest('"real"'), sizeBytes: 6 };
      await expect(loadPayload(other.blobs, damaged)).rejects.toMatchObject({ code: 'PAYLOAD_DAMAGED' });
    });
  });
}
