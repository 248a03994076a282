/** The actors that trees start with, newest first, to pick one. */
import { useState } from 'react';
import { partsOf, type Address } from '#contracts/address.ts';
import type { ActorSummary } from '#contracts/console-message.ts';
import { ChoiceLink } from './choice-link.tsx';
import { EmptyPlace } from './empty-place.tsx';
import type { Choice } from './page-choice.ts';
import { StatusDot } from './status-mark.tsx';
import { agoText } from './time-text.ts';

/** More than anyone scrolls through; the search finds the rest. */
const SHOWN_MAX = 200;

export type RootListProps = {
  roots: ReadonlyMap<Address, ActorSummary>;
  chosen: Address | undefined;
  choose: (choice: Choice) => void;
  nowMs: number;
};

export function RootList({ roots, chosen, choose, nowMs }: RootListProps) {
  const [words, setWords] = useState('');
  const found = matching([...roots.values()], words);
  return (
    <section className="panel roots" aria-label="Root actors">
      <div className="panel-head">
        <h2>Root actors</h2>
        <span className="count">{found.length}</span>
      </div>
      <input
        type="search"
        className="search"
        placeholder="Find by name, type, id or status"
        aria-label="Find a root actor"
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      {roots.size === 0 && (
        <EmptyPlace title="Nothing runs here yet" text="Start something, and it shows up by itself:">
          <code>npm run windlass -- pipeline run examples/pipelines/02-manual-judgment.json</code>
        </EmptyPlace>
      )}
      {roots.size > 0 && found.length === 0 && <EmptyPlace title="None of them matches" />}
      <ul className="root-list">
        {found.slice(0, SHOWN_MAX).map((root) => (
          <li key={root.address}>
            <ChoiceLink
              className="root"
              choice={{ root: root.address, actor: root.address }}
              choose={choose}
              aria-current={root.address === chosen ? 'true' : undefined}
              title={`${root.address}\n${root.statusText}`}
            >
              <StatusDot tone={root.tone} />
              <span className="root-title">{root.title}</span>
              <span className="root-type">
                {partsOf(root.address).type} · {root.statusText}
              </span>
              <span className="root-age">{agoText(root.startedAtMs, nowMs)}</span>
            </ChoiceLink>
          </li>
        ))}
      </ul>
    </section>
  );
}

function matching(roots: readonly ActorSummary[], words: string): ActorSummary[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return roots
    .filter(({ title, address, statusText }) => {
      const text = `${title} ${address} ${statusText}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .toSorted((a, b) => b.startedAtMs - a.startedAtMs);
}
