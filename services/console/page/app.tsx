/** The page: root actors and their tree on the left, the statechart in the middle, the rest of the actor on the right. */
import { useMemo } from 'react';
import { partsOf } from '#contracts/address.ts';
import type { ShownActor } from '#contracts/console-message.ts';
import { activeNodes, possibleEdges } from './active-nodes.ts';
import { ActorPanel } from './actor-panel.tsx';
import { ActorTree } from './actor-tree.tsx';
import { EmptyPlace } from './empty-place.tsx';
import { useLive } from './live-connection.ts';
import { statechartOf, type LiveState } from './live-state.ts';
import { useChoice } from './page-choice.ts';
import { RootList } from './root-list.tsx';
import { StatechartView } from './statechart-view.tsx';
import { StatusPill } from './status-mark.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import { useNow } from './time-text.ts';

export function App() {
  const [choice, choose] = useChoice();
  const live = useLive(choice);
  const nowMs = useNow(live.clockOffsetMs);
  const actor = choice.actor === undefined ? undefined : live.actors?.get(choice.actor);
  return (
    <div className="page">
      <Header live={live} />
      <nav className="side" aria-label="Actors">
        <RootList roots={live.roots} chosen={choice.root} choose={choose} nowMs={nowMs} />
        <ActorTree
          actors={choice.root === undefined ? null : (live.actors ?? new Map())}
          chosen={choice.actor}
          chooseActor={(address) => choose({ root: choice.root, actor: address })}
          nowMs={nowMs}
        />
      </nav>
      {actor ? (
        <ChosenActor actor={actor} live={live} nowMs={nowMs} />
      ) : (
        <main className="stage">
          <NothingChosen live={live} isChosen={choice.root !== undefined} />
        </main>
      )}
    </div>
  );
}

function ChosenActor({ actor, live, nowMs }: { actor: ShownActor; live: LiveState; nowMs: number }) {
  const { summary, view } = actor;
  const description = statechartOf(live, view);
  const moves = view.status === 'active';
  const value = JSON.stringify(view.value);
  const active = useMemo(
    () => (description ? activeNodes(description, view.value) : new Set<string>()),
    // The value is a new object with each view: only another content counts.
    [description, value],
  );
  const possible = useMemo(
    () => (description && moves ? possibleEdges(description, active) : new Set<number>()),
    [description, active, moves],
  );
  const { service, type, id } = partsOf(view.address);
  return (
    <>
      <main className="stage">
        <div className="stage-head">
          <h1 title={view.address}>{summary.title}</h1>
          <StatusPill summary={summary} />
          <span
            className="stage-address mono"
            title={description === undefined ? view.address : `structure ${description.hash}`}
          >
            {service} / {type}
            {view.version === undefined ? '' : `@${view.version}`} / {id}
          </span>
        </div>
        <div className="chart" data-testid="statechart">
          {description ? (
            <StatechartView description={description} active={active} moves={moves} />
          ) : (
            <EmptyPlace
              title={`No statechart of ${service} / ${type} is stored`}
              text="A node stores it when it starts. This one is of a version from before, or was never started here."
            />
          )}
        </div>
      </main>
      <ActorPanel
        actor={actor}
        description={description}
        possible={possible}
        history={live.history}
        nowMs={nowMs}
      />
    </>
  );
}

function NothingChosen({ live, isChosen }: { live: LiveState; isChosen: boolean }) {
  if (live.problem) {
    const { what, why, next } = live.problem;
    return <EmptyPlace title={what} text={`${why} ${next}`} />;
  }
  if (live.connection === 'opening') return <EmptyPlace title="Connecting …" />;
  if (!isChosen) {
    return (
      <EmptyPlace
        title="Pick a root actor"
        text="Its tree, its statechart and what it waits for are shown here, live."
      />
    );
  }
  if (live.actors === null) return <EmptyPlace title="Reading the tree …" />;
  return <EmptyPlace title="This actor is not there" text="Pick another one from the tree." />;
}

function Header({ live }: { live: LiveState }) {
  const { text, tone } = connectionWords(live);
  return (
    <header className="masthead">
      <a className="brand" href="/">
        <img src="/assets/icon.svg" alt="" width="22" height="22" />
        Windlass
      </a>
      <span className={`connection tone-${tone}`} role="status" data-connection={text}>
        <span className={`dot tone-${tone}`} aria-hidden="true" />
        {text}
      </span>
      <ThemeSwitch />
    </header>
  );
}

function connectionWords({ connection, bus }: LiveState): { text: string; tone: 'good' | 'waiting' | 'bad' } {
  if (connection === 'opening') return { text: 'connecting', tone: 'waiting' };
  if (connection === 'lost') return { text: 'console is away, trying again', tone: 'bad' };
  if (bus === 'lost') return { text: 'NATS is away, waiting for it', tone: 'bad' };
  return { text: 'live', tone: 'good' };
}
