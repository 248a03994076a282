import { describe, expect, it } from 'vitest';
import { Activations } from '#runtime/activations.ts';
import { rootAddress } from '#test/support/records.ts';

const address = (index: number) => rootAddress('orca', `a${index}`);
const PLENTY = 5_000;

describe('the actors in memory', () => {
  it('keeps one activation an actor, as long as it has something to do', () => {
    const activations = new Activations();
    const busy = activations.of(address(0));
    busy.running = true;
    const waiting = activations.of(address(1));
    const envelope = { v: 1, kind: 'stop', id: 's', to: address(1) } as const;
    const entry = { log: 'mailbox', partition: 0, sequence: 1, envelope, raw: '' } as const;
    waiting.waiting.push({ entry, delivery: { envelope, log: 'mailbox', sequence: 1 } });
    for (let index = 2; index < PLENTY; index += 1) activations.of(address(index));
    for (const activation of [busy, waiting]) {
      activations.release(activation);
      expect(activations.of(activation.address)).toBe(activation);
    }
  });

  it('forgets idle actors, the oldest first, when there are many', () => {
    const activations = new Activations();
    const all = Array.from({ length: 2_001 }, (_, index) => activations.of(address(index)));
    expect(activations.of(address(2_000))).toBe(all[2_000]);
    expect(activations.of(address(1_999))).toBe(all[1_999]);
    expect(activations.of(address(0))).not.toBe(all[0]);
  });

  it('forgets an idle actor on request', () => {
    const activations = new Activations();
    const idle = activations.of(address(0));
    activations.release(idle);
    expect(activations.of(address(0))).not.toBe(idle);
  });
});
