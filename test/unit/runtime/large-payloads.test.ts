import { describe, expect, it } from 'vitest';
import { INLINE_BYTES_MAX, LargePayload, PAYLOAD_BYTES_MAX } from '#contracts/large-payload.ts';
import { activity } from '#machines/support/activity.ts';
import { loadPayload, resolvePayloads, storePayload } from '#runtime/large-payloads.ts';
import { failure, workerWorld } from '#test/support/worker-world.ts';

const big = { text: 'x'.repeat(INLINE_BYTES_MAX) };

function outputOf(world: ReturnType<typeof workerWorld>): unknown {
  const [envelope] = world.arrived();
  if (envelope?.kind !== 'activity-result' || envelope.outcome.status !== 'succeeded') return envelope;
  return envelope.outcome.output;
}

describe('a large output', () => {
  it('is stored by the worker and travels as a reference when its declaration says so', async () => {
    const world = workerWorld();
    const { process } = await world.addWorker({ call: async () => big });
    world.dispatch({ largeOutput: true });
    await world.clock.advance(10);
    const reference = LargePayload.parse(outputOf(world));
    expect(reference.sizeBytes).toBe(JSON.stringify(big).length);
    const loading = loadPayload(process.ports.blobs, reference);
    await world.clock.advance(10);
    expect(await loading).toEqual(big);
  });

  it('is a reference for the machine also when it happens to be small', async () => {
    const world = workerWorld();
    await world.addWorker({ call: async () => 'small' });
    world.dispatch({ largeOutput: true });
    await world.clock.advance(10);
    expect(LargePayload.safeParse(outputOf(world)).success).toBe(true);
  });

  it('is refused without the declaration, with the words to write', async () => {
    const world = workerWorld();
    await world.addWorker({ call: async () => big });
    world.dispatch();
    await world.clock.advance(10);
    expect(world.arrived()).toMatchObject(failure('ACTIVITY_OUTPUT_TOO_LARGE', 'terminal'));
    expect(JSON.stringify(world.arrived())).toContain("activity('call', { largeOutput: true })");
  });

  it('is passed on as it is when the activity stored it itself', async () => {
    const world = workerWorld();
    await world.addWorker({ call: async (_input, { blobs }) => ({ report: await blobs.put(big), rows: 3 }) });
    world.dispatch();
    await world.clock.advance(10);
    expect(outputOf(world)).toMatchObject({ rows: 3, report: { sizeBytes: JSON.stringify(big).length } });
  });

  it('has a type of its own in the machine', () => {
    const declared = activity<string[], { n: number }>('call', { largeOutput: true });
    expect(declared).toMatchObject({ windlass: { options: { largeOutput: true } } });
  });
});

describe('a large input', () => {
  it('arrives whole, wherever in the input the reference was', async () => {
    const world = workerWorld();
    const seen: unknown[] = [];
    const { process } = await world.addWorker({
      call: async (input: unknown) => {
        seen.push(input);
      },
    });
    const storing = storePayload(process.ports.blobs, big);
    await world.clock.advance(10);
    const reference = await storing;
    world.dispatch({ input: reference });
    world.dispatch({ attempt: 2, input: { parts: [{ of: reference }, 'and', reference], n: 1 } });
    await world.clock.advance(10);
    expect(seen).toEqual([big, { parts: [{ of: big }, 'and', big], n: 1 }]);
  });

  it('that is not stored any more ends the activity before its code runs', async () => {
    const world = workerWorld();
    let calls = 0;
    await world.addWorker({ call: async () => (calls += 1) });
    world.dispatch({ input: { blob: `sha256:${'0'.repeat(64)}`, sizeBytes: 10 } });
    await world.clock.advance(10);
    expect(world.arrived()).toMatchObject(failure('PAYLOAD_MISSING', 'terminal'));
    expect(calls).toBe(0);
  });

  it('that only resembles a reference is left alone', async () => {
    const blobs = { put: async () => undefined, get: async () => null };
    const alike = { blob: 'sha256:short', sizeBytes: 1, more: { blob: `sha256:${'0'.repeat(64)}` } };
    expect(await resolvePayloads(blobs, alike)).toEqual(alike);
  });
});

it('refuses to store what is larger than a payload may be', async () => {
  const blobs = { put: async () => undefined, get: async () => null };
  const storing = storePayload(blobs, 'x'.repeat(PAYLOAD_BYTES_MAX));
  await expect(storing).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
});
