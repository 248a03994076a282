/** Everything about the chosen actor besides its statechart. */
import { useState } from 'react';
import type { ShownActor } from '#contracts/console-message.ts';
import type { StatechartDescription } from '#contracts/statechart-description.ts';
import type { StepNote } from '#contracts/step-note.ts';
import { ActivityCards } from './activity-cards.tsx';
import { HistoryList } from './history-list.tsx';
import { JsonView } from './json-view.tsx';
import { NextTransitions } from './next-transitions.tsx';
import { TimerList } from './timer-list.tsx';
import { WaitingCard } from './waiting-card.tsx';

const TABS = ['now', 'history', 'detail'] as const;
type Tab = (typeof TABS)[number];
const TITLES: Readonly<Record<Tab, string>> = { now: 'Now', history: 'History', detail: 'Detail' };

export type ActorPanelProps = {
  actor: ShownActor;
  description: StatechartDescription | undefined;
  possible: ReadonlySet<number>;
  history: readonly StepNote[] | null;
  nowMs: number;
};

export function ActorPanel(props: ActorPanelProps) {
  const [tab, setTab] = useState<Tab>('now');
  const { actor, history } = props;
  return (
    <aside className="panel actor-panel" aria-label="The chosen actor">
      <div
        className="tabs"
        role="tablist"
        aria-label="About this actor"
        onKeyDown={({ key }) => {
          const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
          const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length] ?? tab;
          if (step === 0) return;
          setTab(next);
          document.getElementById(`tab-${next}`)?.focus();
        }}
      >
        {TABS.map((one) => (
          <button
            key={one}
            id={`tab-${one}`}
            type="button"
            role="tab"
            aria-selected={tab === one}
            aria-controls="tab-panel"
            tabIndex={tab === one ? 0 : -1}
            onClick={() => setTab(one)}
          >
            {TITLES[one]}
            {one === 'history' && history !== null && <span className="count">{history.length}</span>}
          </button>
        ))}
      </div>
      <div className="tab-panel" id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {tab === 'now' && <NowTab {...props} />}
        {tab === 'history' && <HistoryList notes={history} value={actor.view.value} />}
        {tab === 'detail' && (
          <section className="card mono">
            <JsonView value={actor.view.detail ?? null} />
          </section>
        )}
      </div>
    </aside>
  );
}

function NowTab({ actor, description, possible, nowMs }: ActorPanelProps) {
  const { view } = actor;
  const edges = (description?.edges ?? []).filter((_, index) => possible.has(index));
  const events = [...new Set(edges.filter(({ trigger }) => trigger === 'event').map(({ event }) => event))];
  return (
    <>
      <WaitingCard view={view} events={events} nowMs={nowMs} />
      <ActivityCards activities={view.activities} nowMs={nowMs} />
      <TimerList timers={view.timers ?? []} nowMs={nowMs} />
      {description && <NextTransitions description={description} possible={possible} />}
    </>
  );
}
