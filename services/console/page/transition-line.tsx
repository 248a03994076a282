/** One transition, along the way that the layout found, with its event and guard. */
import { memo } from 'react';
import { BaseEdge, EdgeLabelRenderer, type Edge, type EdgeProps } from '@xyflow/react';
import type { StatechartEdge } from '#contracts/statechart-description.ts';
import { triggerText } from './active-nodes.ts';
import type { Point } from './statechart-layout.ts';

export type TransitionLineData = {
  points: readonly Point[];
  label: Point & { width: number };
  /** Undefined for the line to an initial state. */
  edge: StatechartEdge | undefined;
  /** Whether it may be taken next. */
  isPossible: boolean;
};

const CORNER_PX = 7;

/** Straight pieces with round corners. */
export function pathOf(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      const after = points[index + 1];
      if (!before) return `M ${point.x} ${point.y}`;
      if (!after) return `L ${point.x} ${point.y}`;
      const from = towards(point, before);
      const to = towards(point, after);
      return `L ${from.x} ${from.y} Q ${point.x} ${point.y} ${to.x} ${to.y}`;
    })
    .join(' ');
}

function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const part = Math.min(CORNER_PX, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

function Line({ data, markerEnd }: EdgeProps<Edge<TransitionLineData>>) {
  if (!data) return null;
  const { points, label, edge, isPossible } = data;
  const words = `transition${isPossible ? ' is-possible' : ''}`;
  return (
    <>
      <BaseEdge path={pathOf(points)} className={words} {...(markerEnd ? { markerEnd } : {})} />
      {edge && (
        <EdgeLabelRenderer>
          <div
            className={`transition-label trigger-${edge.trigger ?? 'event'}${isPossible ? ' is-possible' : ''}`}
            data-possible={isPossible}
            title={titleOf(edge)}
            style={{ transform: `translate(${label.x}px, ${label.y}px)`, width: label.width }}
          >
            {triggerText(edge)}
            {edge.guard !== undefined && <span className="guard"> [{edge.guard}]</span>}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

function titleOf({ description, event, guard, actions }: StatechartEdge): string {
  return [
    description,
    event,
    guard === undefined ? undefined : `if ${guard}`,
    actions.length > 0 ? `does ${actions.join(', ')}` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join('\n');
}

export const TransitionLine = memo(Line);
