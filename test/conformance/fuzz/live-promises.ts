/** XState's own promise logic on the live side, ended when the comparison says so. */
import { fromPromise } from 'xstate';

export class LivePromises {
  readonly #open = new Map<string, { resolve: (value: number) => void; reject: (error: Error) => void }>();
  readonly logic = fromPromise<number>(
    ({ self, signal }) =>
      new Promise((resolve, reject) => {
        this.#open.set(self.id, { resolve, reject });
        signal.addEventListener('abort', () => this.#open.delete(self.id));
      }),
  );

  async end(index: number, isKept: boolean): Promise<void> {
    const id = [...this.#open.keys()].toSorted()[index];
    const promise = id === undefined ? undefined : this.#open.get(id);
    if (id === undefined || promise === undefined) return;
    this.#open.delete(id);
    if (isKept) promise.resolve(1);
    else promise.reject(new Error('the promise is broken'));
    // what it leads to happens in microtasks
    await new Promise((resolve) => setImmediate(resolve));
  }
}
