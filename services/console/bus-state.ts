/** Whether the bus is heard now: a page must say when what it shows may be old. */
import type { Bus } from '#bus/connect.ts';

export type BusState = { connected: boolean; onChange: Set<() => void> };

/** Follows the connection until it is closed. It counts as connected at first, since it was just made. */
export function followBusState(bus: Bus): BusState {
  const state: BusState = { connected: true, onChange: new Set() };
  const follow = async (): Promise<void> => {
    for await (const { type } of bus.status()) {
      if (type === 'disconnect' || type === 'staleConnection') tell(state, false);
      if (type === 'reconnect') tell(state, true);
    }
  };
  void follow();
  return state;
}

function tell(state: BusState, connected: boolean): void {
  if (state.connected === connected) return;
  state.connected = connected;
  for (const call of state.onChange) call();
}
