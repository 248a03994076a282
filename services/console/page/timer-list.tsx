/** Timers, the next one first, counting down. */
import type { TimerView } from '#contracts/actor-view.ts';
import { countdownText, dateText } from './time-text.ts';
import { timerName } from './waiting-card.tsx';

export function TimerList({ timers, nowMs }: { timers: readonly TimerView[]; nowMs: number }) {
  const sorted = timers.toSorted((a, b) => a.dueAtMs - b.dueAtMs);
  return (
    <section className="card" aria-label="Timers">
      <h3>
        Timers <span className="count">{timers.length}</span>
      </h3>
      {timers.length === 0 && <p className="none">None is set.</p>}
      <ul className="timers">
        {sorted.map(({ id, event, dueAtMs }) => (
          <li key={id} data-timer={id} title={`${event}\n${dateText(dueAtMs)}`}>
            <span className="mono">{timerName(event)}</span>
            <span className="countdown">{countdownText(dueAtMs, nowMs)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
