/** All actors of an execution, of whichever service, as one tree. Arrow keys walk through it. */
import { useRef, useState, type KeyboardEvent } from 'react';
import { partsOf, type Address } from '#contracts/address.ts';
import type { ShownActor } from '#contracts/console-message.ts';
import { EmptyPlace } from './empty-place.tsx';
import { StatusDot } from './status-mark.tsx';
import { durationText } from './time-text.ts';
import { treeRows, type TreeRow } from './tree-rows.ts';

export type ActorTreeProps = {
  actors: ReadonlyMap<Address, ShownActor> | null;
  chosen: Address | undefined;
  chooseActor: (actor: Address) => void;
  nowMs: number;
};

export function ActorTree({ actors, chosen, chooseActor, nowMs }: ActorTreeProps) {
  const [folded, setFolded] = useState<ReadonlySet<Address>>(new Set());
  const list = useRef<HTMLUListElement>(null);
  const rows = treeRows(actors ?? new Map(), folded);
  const fold = (address: Address, isFolded: boolean): void => {
    const next = new Set(folded);
    if (isFolded) next.add(address);
    else next.delete(address);
    setFolded(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = rows.findIndex(({ actor }) => actor.view.address === chosen);
    const next = keyTarget({ rows, at, key: event.key, folded, fold });
    if (next === undefined) return;
    event.preventDefault();
    if (next === null) return;
    chooseActor(next);
    list.current?.querySelector<HTMLElement>(`[data-address="${CSS.escape(next)}"]`)?.focus();
  };
  return (
    <section className="panel tree-panel" aria-label="Actors of the tree">
      <div className="panel-head">
        <h2>Actors</h2>
        <span className="count">{actors?.size ?? 0}</span>
      </div>
      {actors === null && <EmptyPlace title="Pick a root actor above" />}
      {actors?.size === 0 && (
        <EmptyPlace
          title="This tree has no actors"
          text="It ended so long ago that its records are gone, or it never started."
        />
      )}
      <ul className="tree" role="tree" aria-label="Actors" ref={list} onKeyDown={onKeyDown}>
        {rows.map((row) => (
          <TreeItem
            key={row.actor.view.address}
            row={row}
            isChosen={row.actor.view.address === chosen}
            isTabStop={row.actor.view.address === chosen || (chosen === undefined && row === rows[0])}
            isFolded={folded.has(row.actor.view.address)}
            choose={() => chooseActor(row.actor.view.address)}
            fold={(isFolded) => fold(row.actor.view.address, isFolded)}
            nowMs={nowMs}
          />
        ))}
      </ul>
    </section>
  );
}

type TreeItemProps = {
  row: TreeRow;
  isChosen: boolean;
  isTabStop: boolean;
  isFolded: boolean;
  choose: () => void;
  fold: (isFolded: boolean) => void;
  nowMs: number;
};

function TreeItem({ row, isChosen, isTabStop, isFolded, choose, fold, nowMs }: TreeItemProps) {
  const { actor, level, position, siblings, hasChildren } = row;
  const { summary, view } = actor;
  const { service, type } = partsOf(view.address);
  const endMs = view.status === 'active' ? nowMs : view.updatedAtMs;
  return (
    <li
      role="treeitem"
      className={`tree-item level-${Math.min(level, 8)}`}
      aria-level={level}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-selected={isChosen}
      {...(hasChildren ? { 'aria-expanded': !isFolded } : {})}
      tabIndex={isTabStop ? 0 : -1}
      data-address={view.address}
      title={`${view.address}\n${summary.statusText}`}
      onClick={choose}
    >
      {hasChildren ? (
        <span
          className={`fold${isFolded ? ' is-folded' : ''}`}
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            fold(!isFolded);
          }}
        />
      ) : (
        <span className="fold-none" aria-hidden="true" />
      )}
      <StatusDot tone={summary.tone} />
      <span className="tree-title">{summary.title}</span>
      <span className="tree-type">
        {service} · {type} · {summary.statusText}
      </span>
      <span className="tree-time">{durationText(endMs - view.startedAtMs)}</span>
    </li>
  );
}

type KeyArguments = {
  rows: readonly TreeRow[];
  at: number;
  key: string;
  folded: ReadonlySet<Address>;
  fold: (address: Address, isFolded: boolean) => void;
};

/** Where a key leads: an address, null when it only folds, undefined when the tree does not know it. */
function keyTarget({ rows, at, key, folded, fold }: KeyArguments): Address | null | undefined {
  const row = rows[at];
  const addressAt = (index: number): Address | null => rows[index]?.actor.view.address ?? null;
  switch (key) {
    case 'ArrowDown':
      return addressAt(Math.min(at + 1, rows.length - 1));
    case 'ArrowUp':
      return addressAt(Math.max(at - 1, 0));
    case 'Home':
      return addressAt(0);
    case 'End':
      return addressAt(rows.length - 1);
    case 'ArrowRight':
      if (!row?.hasChildren) return null;
      if (!folded.has(row.actor.view.address)) return addressAt(at + 1);
      fold(row.actor.view.address, false);
      return null;
    case 'ArrowLeft':
      if (!row) return null;
      if (!row.hasChildren || folded.has(row.actor.view.address)) return row.actor.view.parent ?? null;
      fold(row.actor.view.address, true);
      return null;
    default:
      return undefined;
  }
}
