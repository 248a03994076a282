/** What the actor did, step by step, the newest first. */
import type { StepNote } from '#contracts/step-note.ts';
import { valueText } from './active-nodes.ts';
import { EmptyPlace } from './empty-place.tsx';
import { clockText, dateText } from './time-text.ts';

export function HistoryList({ notes }: { notes: readonly StepNote[] | null }) {
  if (notes === null) return <EmptyPlace title="Reading the history …" />;
  if (notes.length === 0) {
    return (
      <EmptyPlace title="No step is kept" text="The history is bounded: old steps are forgotten first." />
    );
  }
  return (
    <ol className="history" aria-label="Steps, newest first">
      {notes.toReversed().map((note) => (
        <HistoryStep key={note.step} note={note} />
      ))}
    </ol>
  );
}

function HistoryStep({ note }: { note: StepNote }) {
  const { step, atMs, before, applied, refused, emitted, left } = note;
  return (
    <li className="step" data-step={step}>
      <div className="step-head">
        <span className="step-number">{step}</span>
        <time dateTime={new Date(atMs).toISOString()} title={dateText(atMs)}>
          {clockText(atMs)}
        </time>
        {before !== undefined && <span className="step-before mono">in {valueText(before)}</span>}
      </div>
      <ul className="step-lines">
        {applied.map((one) => (
          <li
            key={one.id}
            className="line-applied"
            title={`${one.id}${one.from ? `\nfrom ${one.from}` : ''}`}
          >
            <span className="line-mark">▸</span> <span className="mono">{one.type ?? one.kind}</span>
            {one.from !== undefined && (
              <span className="line-from"> from {one.from.split(':').slice(1, 2)}</span>
            )}
          </li>
        ))}
        {refused.map((one) => (
          <li key={one.id} className="line-refused" title={one.id}>
            <span className="line-mark">✕</span> <span className="mono">{one.type ?? one.id}</span> refused:{' '}
            {one.reason}
          </li>
        ))}
        {emitted.map((event, index) => (
          <li key={index} className="line-emitted" title={JSON.stringify(event)}>
            <span className="line-mark">◂</span> emitted <span className="mono">{event.type}</span>
          </li>
        ))}
        {left !== undefined && <li className="line-left">and {left} more</li>}
      </ul>
    </li>
  );
}
