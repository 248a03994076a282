/** What the actor did, step by step, the newest first. */
import type { StateValue } from '#contracts/actor-record.ts';
import { appliedText, type StepNote } from '#contracts/step-note.ts';
import { valueText } from './active-nodes.ts';
import { EmptyPlace } from './empty-place.tsx';
import { clockText, dateText } from './time-text.ts';

/** `value`: where the actor is now. */
export function HistoryList({ notes, value }: { notes: readonly StepNote[] | null; value: StateValue }) {
  if (notes === null) return <EmptyPlace title="Reading the history …" />;
  if (notes.length === 0) {
    return (
      <EmptyPlace title="No step is kept" text="The history is bounded: old steps are forgotten first." />
    );
  }
  return (
    <ol className="history" aria-label="Steps, newest first">
      {notes
        .map((note, index) => {
          const next = notes[index + 1];
          // A step that is not kept lies between the two: where this one led is not known.
          const after = next === undefined ? value : next.step === note.step + 1 ? next.before : undefined;
          return <HistoryStep key={note.step} note={note} after={after} />;
        })
        .toReversed()}
    </ol>
  );
}

function HistoryStep({ note, after }: { note: StepNote; after: StateValue | undefined }) {
  const { step, atMs, before, applied, refused, emitted, left } = note;
  return (
    <li className="step" data-step={step}>
      <div className="step-head">
        <span className="step-number">{step}</span>
        <time dateTime={new Date(atMs).toISOString()} title={dateText(atMs)}>
          {clockText(atMs)}
        </time>
      </div>
      <MoveText before={before} after={after} />
      <ul className="step-lines">
        {applied.map((one) => (
          <li
            key={one.id}
            className="line-applied"
            title={`${one.id}${one.from ? `\nfrom ${one.from}` : ''}`}
          >
            <span className="line-mark">▸</span> <span className="mono">{appliedText(one)}</span>
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

/** Where the step began and where it led; only where it stayed when it did not move. */
function MoveText({ before, after }: { before: StateValue | undefined; after: StateValue | undefined }) {
  const from = before === undefined ? '' : valueText(before);
  const to = after === undefined ? '' : valueText(after);
  if (to === '' || to === from) return <p className="step-move mono">{from}</p>;
  return (
    <p className="step-move mono">
      {from} <span className="step-arrow">→</span> <strong>{to}</strong>
    </p>
  );
}
