/** Histories of the bus in memory. */
import { partsOf, type Address } from '#contracts/address.ts';
import type { StepNote } from '#contracts/step-note.ts';
import { stepsOf } from '../history-steps.ts';
import type { Histories, NotedStep, Subscription } from '../ports.ts';
import type { MemoryBus } from './memory-bus.ts';

export class MemoryHistories implements Histories {
  readonly #bus: MemoryBus;

  constructor(bus: MemoryBus) {
    this.#bus = bus;
  }

  async read(address: Address, options: { fromStep?: number; limit?: number } = {}): Promise<StepNote[]> {
    const { histories } = this.#bus.service(partsOf(address).service);
    return structuredClone(stepsOf(histories.get(address) ?? [], options));
  }

  async follow(of: Address | { root: string }, onStep: (step: NotedStep) => void): Promise<Subscription> {
    const watcher = (step: NotedStep): void => {
      const { address } = step.view;
      const isWanted = typeof of === 'string' ? address === of : partsOf(address).root === of.root;
      if (isWanted) onStep(structuredClone(step));
    };
    this.#bus.stepWatchers.add(watcher);
    return {
      close: async () => {
        this.#bus.stepWatchers.delete(watcher);
      },
    };
  }
}
