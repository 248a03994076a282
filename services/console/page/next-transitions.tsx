/** What may happen next, as text: the lit lines of the statechart for those who read rather than look. */
import type { StatechartDescription } from '#contracts/statechart-description.ts';
import { triggerText } from './active-nodes.ts';

export type NextTransitionsProps = {
  description: StatechartDescription;
  possible: ReadonlySet<number>;
};

export function NextTransitions({ description, possible }: NextTransitionsProps) {
  const keys = new Map(description.nodes.map(({ id, key }) => [id, key]));
  const edges = description.edges
    .map((edge, index) => ({ edge, index }))
    .filter(({ index }) => possible.has(index));
  return (
    <section className="card" aria-label="Possible next transitions">
      <h3>
        Possible next transitions <span className="count">{edges.length}</span>
      </h3>
      {edges.length === 0 && <p className="none">None: it has ended.</p>}
      <ul className="next">
        {edges.map(({ edge, index }) => (
          <li key={index}>
            <span className={`next-trigger trigger-${edge.trigger ?? 'event'}`}>{triggerText(edge)}</span>
            {edge.guard !== undefined && <span className="guard"> [{edge.guard}]</span>}
            <span className="next-target">
              {edge.targets.length === 0
                ? 'stays'
                : `→ ${edge.targets.map((id) => keys.get(id) ?? id).join(', ')}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
