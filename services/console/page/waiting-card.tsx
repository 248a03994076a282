/** Why the actor is where it is: what it waits for, in one look. */
import type { ReactNode } from 'react';
import type { ActorView } from '#contracts/actor-view.ts';
import { valueText } from './active-nodes.ts';
import { agoText, clockText, countdownText, dateText, durationText } from './time-text.ts';

export type WaitingCardProps = { view: ActorView; events: readonly string[]; nowMs: number };

export function WaitingCard({ view, events, nowMs }: WaitingCardProps) {
  return (
    <section className="card" aria-label="Why is it here?">
      <h3>Why is it here?</h3>
      <dl className="facts">
        <dt>State</dt>
        <dd className="mono" data-testid="state-value">
          {valueText(view.value)}
        </dd>
        <dt>Last step</dt>
        <dd title={dateText(view.updatedAtMs)}>
          no. {view.step}, {agoText(view.updatedAtMs, nowMs)}
        </dd>
        <dt>Started</dt>
        <dd title={dateText(view.startedAtMs)}>{clockText(view.startedAtMs)}</dd>
        <dt>{view.status === 'active' ? 'Waits for' : 'Ended'}</dt>
        <dd>
          <ul className="waits">
            {waitsOf({ view, events, nowMs }).map((text, index) => (
              <li key={index}>{text}</li>
            ))}
          </ul>
        </dd>
      </dl>
      <Banners view={view} nowMs={nowMs} />
    </section>
  );
}

function waitsOf({ view, events, nowMs }: WaitingCardProps): string[] {
  if (view.status !== 'active') {
    return [`${view.status}, after ${durationText(view.updatedAtMs - view.startedAtMs)}`];
  }
  const running = (view.children ?? []).filter(({ kind }) => kind === 'actor').length;
  const waits = [
    ...view.activities.map(({ name, attempt, nextAttemptAtMs }) =>
      nextAttemptAtMs === undefined
        ? `activity ${name}, attempt ${attempt}`
        : `activity ${name}, next attempt ${countdownText(nextAttemptAtMs, nowMs)}`,
    ),
    ...(view.timers ?? []).map(
      ({ event, dueAtMs }) => `timer ${timerName(event)} ${countdownText(dueAtMs, nowMs)}`,
    ),
    ...(running > 0 ? [`${running} child ${running === 1 ? 'actor' : 'actors'}`] : []),
    ...(events.length > 0
      ? [`an event: ${events.slice(0, 6).join(', ')}${events.length > 6 ? ', …' : ''}`]
      : []),
  ];
  return waits.length > 0 ? waits : ['nothing that it names'];
}

/** XState's own name of a delay says where it stands, which is known here. */
export function timerName(event: string): string {
  return /^xstate\.after\.([^.]+)\./.exec(event)?.[1] ?? event;
}

function Banners({ view, nowMs }: { view: ActorView; nowMs: number }) {
  const { stalled, paused, cancelRequested, unhandled, error, held } = view;
  return (
    <>
      {error && (
        <Banner tone="bad" title={error.code}>
          {error.message}
        </Banner>
      )}
      {stalled && (
        <Banner tone="bad" title={`Stalled ${agoText(stalled.sinceMs, nowMs)}: ${stalled.code}`}>
          {stalled.reason} {stalled.remedy}
        </Banner>
      )}
      {paused && (
        <Banner tone="waiting" title={`Paused ${agoText(paused.sinceMs, nowMs)}`}>
          {paused.reason ?? 'No reason was given.'}
        </Banner>
      )}
      {cancelRequested && (
        <Banner tone="waiting" title={`Cancel requested ${agoText(cancelRequested.atMs, nowMs)}`}>
          {cancelRequested.reason ?? 'No reason was given.'}
        </Banner>
      )}
      {held !== undefined && (
        <Banner tone="waiting" title={`${held} envelopes are held`}>
          They are applied in order when it goes on.
        </Banner>
      )}
      {unhandled && (
        <Banner tone="waiting" title={`${unhandled.count} events found no transition`}>
          The last one was {unhandled.lastType}, {agoText(unhandled.lastAtMs, nowMs)}.
        </Banner>
      )}
    </>
  );
}

function Banner({ tone, title, children }: { tone: 'bad' | 'waiting'; title: string; children: ReactNode }) {
  return (
    <div className={`banner tone-${tone}`} role="note">
      <strong>{title}</strong>
      <p>{children}</p>
    </div>
  );
}
