/** The actors of one tree as rows, each below the one that started it. Pure. */
import type { Address } from '#contracts/address.ts';
import type { ShownActor } from '#contracts/console-message.ts';

export type TreeRow = {
  actor: ShownActor;
  level: number;
  /** Place among those with the same parent, from 1, and how many they are. */
  position: number;
  siblings: number;
  /** Whether any is below it, shown or not. */
  hasChildren: boolean;
};

/** Rows to be shown, top to bottom; what is below a folded actor is left out. */
export function treeRows(
  actors: ReadonlyMap<Address, ShownActor>,
  folded: ReadonlySet<Address>,
): readonly TreeRow[] {
  const children = new Map<Address | undefined, ShownActor[]>();
  for (const actor of actors.values()) {
    const { parent } = actor.view;
    // A parent whose record has expired: its children stand at the top.
    const key = parent !== undefined && actors.has(parent) ? parent : undefined;
    children.set(key, [...(children.get(key) ?? []), actor]);
  }
  const rowsBelow = (parent: Address | undefined, level: number): TreeRow[] => {
    const below = (children.get(parent) ?? []).toSorted(byStart);
    return below.flatMap((actor, index) => {
      const { address } = actor.view;
      const hasChildren = children.has(address);
      const row = { actor, level, position: index + 1, siblings: below.length, hasChildren };
      return folded.has(address) ? [row] : [row, ...rowsBelow(address, level + 1)];
    });
  };
  return rowsBelow(undefined, 1);
}

function byStart(a: ShownActor, b: ShownActor): number {
  return a.view.startedAtMs - b.view.startedAtMs || (a.view.address < b.view.address ? -1 : 1);
}
