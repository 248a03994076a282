/** Status as a dot and as a word: colour alone tells nothing to some. */
import type { ActorSummary } from '#contracts/console-message.ts';

export function StatusDot({ tone }: { tone: ActorSummary['tone'] }) {
  return <span className={`dot tone-${tone}`} aria-hidden="true" />;
}

export function StatusPill({ summary }: { summary: ActorSummary }) {
  return (
    <span className={`pill tone-${summary.tone}`} data-status={summary.statusText}>
      {summary.statusText}
    </span>
  );
}
