/** What both bindings promise about steps that nodes compute for each other. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepAnswer, StepRequest } from '#contracts/step-offer.ts';
import type { NodePorts } from '#runtime/node.ts';
import { aRecord, aView, rootAddress } from '#test/support/records.ts';
import type { PortsUnderTest } from './node-ports.ts';

export function describeStepOffers(binding: string, open: () => Promise<PortsUnderTest>): void {
  describe(`steps offered to other nodes in ${binding}`, () => {
    let bus: PortsUnderTest;
    let orca: NodePorts;
    beforeAll(async () => {
      bus = await open();
      orca = bus.portsOf('orca', 'orca-a');
    });
    afterAll(() => bus.dispose());

    const offered = { type: 'probe', version: 1, hash: 'abc' };
    const request: StepRequest = {
      v: 1,
      kind: 'step',
      record: aRecord(rootAddress('orca', 'offered')),
      deliveries: [],
      nowMs: 5,
    };
    const answerOf = (label: string): StepAnswer => ({
      v: 1,
      kind: 'made',
      record: request.record,
      effects: [{ kind: 'log', value: label }],
      refusals: [],
      note: { v: 1, step: 1, atMs: 1, applied: [], refused: [], emitted: [] },
      view: aView(request.record),
    });

    it("are nobody's when nobody offers that very definition", async () => {
      const other = await orca.stepOffers.offer({ ...offered, version: 2 }, () => answerOf('two'));
      const newest = await orca.stepOffers.offer({ type: 'other', newest: true }, () => answerOf('newest'));
      expect(await orca.stepOffers.ask(offered, request)).toBeNull();
      expect(await orca.stepOffers.ask({ type: 'probe', newest: true }, request)).toBeNull();
      await other.close();
      await newest.close();
    });

    it('are computed by one of the nodes of the service that offer them, until they take it back', async () => {
      const received: StepRequest[] = [];
      const first = await orca.stepOffers.offer(offered, (asked) => {
        received.push(asked);
        return answerOf('first');
      });
      const second = await bus.portsOf('orca', 'orca-b').stepOffers.offer(offered, () => answerOf('second'));
      const asking = bus.portsOf('orca', 'orca-c').stepOffers;
      const labels = new Set<unknown>();
      for (let asked = 0; asked < 40; asked += 1) {
        const answer = await asking.ask(offered, request);
        if (answer?.kind === 'made') labels.add(answer.effects[0]?.kind === 'log' && answer.effects[0].value);
      }
      expect(labels).toEqual(new Set(['first', 'second']));
      expect(received[0]).toEqual(request);
      await first.close();
      expect(await asking.ask(offered, request)).toEqual(answerOf('second'));
      expect(await bus.portsOf('clouddriver', 'clouddriver-a').stepOffers.ask(offered, request)).toBeNull();
      await second.close();
      expect(await asking.ask(offered, request)).toBeNull();
    });

    it('carry a refusal as it was said', async () => {
      const failed: StepAnswer = { v: 1, kind: 'failed', code: 'SOME_CODE', message: 'why' };
      const offer = await orca.stepOffers.offer(offered, () => failed);
      expect(await orca.stepOffers.ask(offered, request)).toEqual(failed);
      await offer.close();
    });
  });
}
