/** Pending activities: which attempt, what the last one said, when the next one comes. */
import type { ActivityView } from '#contracts/actor-view.ts';
import { JsonView } from './json-view.tsx';
import { agoText, countdownText, dateText } from './time-text.ts';

export function ActivityCards({ activities, nowMs }: { activities: readonly ActivityView[]; nowMs: number }) {
  return (
    <section className="card" aria-label="Pending activities">
      <h3>
        Pending activities <span className="count">{activities.length}</span>
      </h3>
      {activities.length === 0 && <p className="none">None runs or waits.</p>}
      {activities.map((activity) => (
        <ActivityCard key={activity.childId} activity={activity} nowMs={nowMs} />
      ))}
    </section>
  );
}

function ActivityCard({ activity, nowMs }: { activity: ActivityView; nowMs: number }) {
  const { childId, name, attempt, scheduledAtMs, deadlineAtMs } = activity;
  const { nextAttemptAtMs, lastFailure, lastHeartbeat, startedAtMs, asyncUntilMs } = activity;
  const waits = nextAttemptAtMs !== undefined;
  return (
    <article className="activity" data-activity={name}>
      <div className="activity-head">
        <span className="mono activity-name">{name}</span>
        <span className={`pill ${waits ? 'tone-waiting' : 'tone-running'}`}>
          {waits ? `next ${countdownText(nextAttemptAtMs, nowMs)}` : 'running'}
        </span>
      </div>
      <dl className="facts">
        <dt>Attempt</dt>
        <dd>{waits ? `${attempt} failed` : attempt}</dd>
        {childId !== name && (
          <>
            <dt>Child</dt>
            <dd className="mono">{childId}</dd>
          </>
        )}
        <dt>Scheduled</dt>
        <dd title={dateText(scheduledAtMs)}>{agoText(scheduledAtMs, nowMs)}</dd>
        {startedAtMs !== undefined && (
          <>
            <dt>Started</dt>
            <dd title={dateText(startedAtMs)}>{agoText(startedAtMs, nowMs)}</dd>
          </>
        )}
        {asyncUntilMs !== undefined && (
          <>
            <dt>By token</dt>
            <dd title={dateText(asyncUntilMs)}>result awaited, {countdownText(asyncUntilMs, nowMs)}</dd>
          </>
        )}
        <dt>Deadline</dt>
        <dd title={dateText(deadlineAtMs)}>{countdownText(deadlineAtMs, nowMs)}</dd>
        {lastFailure && (
          <>
            <dt>Last failure</dt>
            <dd className="failure">
              <strong>{lastFailure.code}</strong> {lastFailure.message}
            </dd>
          </>
        )}
        {lastHeartbeat !== undefined && (
          <>
            <dt>Heartbeat</dt>
            <dd className="mono">
              <JsonView value={lastHeartbeat} />
            </dd>
          </>
        )}
      </dl>
    </article>
  );
}
