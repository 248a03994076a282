/** Holds a binding against the trace that was recorded from a real nats-server. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PortsUnderTest } from '../node-ports.ts';
import { runPortTrace, type PortTrace } from './port-trace.ts';

const recorded = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'jetstream.json'), 'utf8'),
) as PortTrace;

export function describePortTrace(binding: string, open: () => Promise<PortsUnderTest>): void {
  describe(`the trace recorded from JetStream, in ${binding}`, () => {
    it('is given again, observation by observation', async () => {
      const bus = await open();
      try {
        expect(await runPortTrace(bus)).toEqual(recorded);
      } finally {
        await bus.dispose();
      }
    });
  });
}
