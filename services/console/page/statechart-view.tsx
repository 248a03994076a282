/** The statechart of one actor: where it is, and what it may do next. */
import { memo, useEffect, useMemo, useState } from 'react';
import {
  Background,
  BackgroundVariant,
  Controls,
  MarkerType,
  ReactFlow,
  type Edge,
  type Node,
} from '@xyflow/react';
import type { StatechartDescription } from '#contracts/statechart-description.ts';
import { possibleEdges } from './active-nodes.ts';
import { ChartCamera } from './chart-camera.tsx';
import { EmptyPlace } from './empty-place.tsx';
import { StateBox, type StateBoxData } from './state-box.tsx';
import { initialDotOf, rowsOf } from './statechart-graph.ts';
import { layoutOf, type Layout } from './statechart-layout.ts';
import { TransitionLine, type TransitionLineData } from './transition-line.tsx';

const NODE_TYPES = { state: StateBox };
const EDGE_TYPES = { transition: TransitionLine };

export type StatechartViewProps = {
  description: StatechartDescription;
  /** Ids of the nodes it is in. */
  active: ReadonlySet<string>;
  /** Whether it may still move. */
  moves: boolean;
};

function View({ description, active, moves }: StatechartViewProps) {
  const [layout, setLayout] = useState<{ of: string; layout: Layout } | { failure: string } | null>(null);
  useEffect(() => {
    let wanted = true;
    const { hash } = description;
    layoutOf(description).then(
      (done) => wanted && setLayout({ of: hash, layout: done }),
      (error: unknown) => wanted && setLayout({ failure: String(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [description]);
  const drawing = layout && 'layout' in layout && layout.of === description.hash ? layout.layout : null;
  const possible = useMemo(
    () => (moves ? possibleEdges(description, active) : new Set<number>()),
    [description, active, moves],
  );
  const nodes = useMemo(
    () => (drawing ? nodesOf({ description, layout: drawing, active, possible }) : []),
    [description, drawing, active, possible],
  );
  const edges = useMemo(
    () => (drawing ? edgesOf({ description, layout: drawing, possible }) : []),
    [description, drawing, possible],
  );
  const interest = useMemo(
    () => interestOf({ description, active, possible }),
    [description, active, possible],
  );
  if (layout && 'failure' in layout) {
    return (
      <EmptyPlace
        title="The statechart cannot be laid out"
        text={`${layout.failure}. The panels beside it are right.`}
      />
    );
  }
  if (!drawing) return <EmptyPlace title="Laying out the statechart …" />;
  return (
    <ReactFlow
      key={description.hash}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      minZoom={0.1}
      maxZoom={2}
      aria-label={`Statechart of ${description.type}`}
    >
      <Background variant={BackgroundVariant.Dots} gap={22} size={1} />
      <Controls showInteractive={false} showFitView={false} />
      <ChartCamera layout={drawing} interest={interest} />
    </ReactFlow>
  );
}

type Drawn = {
  description: StatechartDescription;
  layout: Layout;
  active: ReadonlySet<string>;
  possible: ReadonlySet<number>;
};

/** Drawn again when the actor moved, not when the clock ticks. */
export const StatechartView = memo(View);

/** Where the eye should be: the innermost active states and where they may lead, or came from; then those alone. */
function interestOf({ description, active, possible }: Omit<Drawn, 'layout'>): readonly string[][] {
  const leaves = description.nodes.filter(({ id }) => {
    return active.has(id) && !description.nodes.some((one) => one.parent === id && active.has(one.id));
  });
  const ids = leaves.map(({ id }) => id);
  const near = description.edges.flatMap(({ source, targets: [target] }, index) => {
    if (target === undefined) return [];
    if (possible.has(index)) return ids.includes(source) ? [target] : [];
    return possible.size === 0 && ids.includes(target) ? [source] : [];
  });
  return [[...ids, ...near], ids];
}

function nodesOf({ description, layout, active, possible }: Drawn): Node<StateBoxData>[] {
  const described = new Map(description.nodes.map((node) => [node.id, node]));
  const depths = new Map<string, number>();
  return layout.nodes.map(({ id, parent, x, y, width, height }) => {
    const depth = parent === undefined ? 0 : (depths.get(parent) ?? 0) + 1;
    depths.set(id, depth);
    const node = described.get(id);
    return {
      id,
      type: 'state',
      position: { x, y },
      width,
      height,
      zIndex: depth,
      ...(parent === undefined ? {} : { parentId: parent }),
      data: {
        node,
        rows: node ? rowsOf(description, node) : [],
        isBox: layout.nodes.some((one) => one.parent === id),
        isActive: active.has(id),
        isLeaf: active.has(id) && !description.nodes.some((one) => one.parent === id && active.has(one.id)),
        possible,
      },
    };
  });
}

function edgesOf({ description, layout, possible }: Omit<Drawn, 'active'>): Edge<TransitionLineData>[] {
  return layout.edges.flatMap(({ id, points, label }): Edge<TransitionLineData>[] => {
    const isInitial = id.startsWith('i');
    const index = isInitial ? -1 : Number(id.slice(1));
    const described = description.edges[index];
    const source = isInitial ? initialDotOf(id.slice(1)) : described?.source;
    const target = isInitial
      ? description.nodes.find((node) => node.id === id.slice(1))?.initial
      : described?.targets[0];
    if (source === undefined || target === undefined) return [];
    const isPossible = possible.has(index);
    const colour = isPossible ? 'var(--accent)' : 'var(--edge)';
    return [
      {
        id,
        type: 'transition',
        source,
        target,
        zIndex: isPossible ? 1_001 : 1_000,
        markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: colour },
        data: { points, label, edge: described, isPossible },
      },
    ];
  });
}
