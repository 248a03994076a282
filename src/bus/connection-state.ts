/**
 * Follows the state of a connection, so that nobody waits for an answer that cannot come.
 *
 * S1 A request in flight when the server goes away fails at once; the library would let it wait for its timeout.
 * S2 Nothing is sent while there is no connection: what the library buffers then is lost more often than not.
 * S3 What is known here is a belief: nobody waits on it for ever.
 */
import type { Bus } from './connect.ts';

type State = { connected: boolean; onLoss: Set<(error: Error) => void>; onReturn: Set<() => void> };

const states = new WeakMap<Bus, State>();

const BELIEF_MS_MAX = 2_000;

/** Resolves when the connection is up: at once, or after the reconnection; after two seconds it is worth a try. */
export async function whenConnected(bus: Bus): Promise<void> {
  const state = stateOf(bus);
  if (state.connected) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, BELIEF_MS_MAX);
    function done(): void {
      clearTimeout(timer);
      state.onReturn.delete(done);
      resolve();
    }
    state.onReturn.add(done);
  });
}

/** Settles as `answer` does, or rejects when the connection is lost first. */
export async function orConnectionLoss<T>(bus: Bus, answer: Promise<T>): Promise<T> {
  const { onLoss } = stateOf(bus);
  return new Promise((resolve, reject) => {
    onLoss.add(reject);
    void answer.then(resolve, reject).finally(() => onLoss.delete(reject));
  });
}

function stateOf(bus: Bus): State {
  const known = states.get(bus);
  if (known) return known;
  const created: State = { connected: true, onLoss: new Set(), onReturn: new Set() };
  states.set(bus, created);
  void follow(bus, created);
  return created;
}

async function follow(bus: Bus, state: State): Promise<void> {
  for await (const status of bus.status()) {
    if (status.type === 'disconnect' || status.type === 'staleConnection') {
      state.connected = false;
      settle(state.onLoss, new Error('The connection to the server was lost.'));
    } else if (status.type === 'reconnect' || status.type === 'close') {
      state.connected = true;
      settle(state.onReturn, undefined);
    }
  }
}

function settle<T>(waiting: Set<(value: T) => void>, value: T): void {
  for (const call of waiting) call(value);
  waiting.clear();
}
