/** Lays out a statechart once: its places do not move while the actor does. */
import ELK, { type ElkNode } from 'elkjs/lib/elk-api.js';
import type { StatechartDescription } from '#contracts/statechart-description.ts';
import { graphOf } from './statechart-graph.ts';

export type Point = { x: number; y: number };

export type PlacedNode = Point & { id: string; parent: string | undefined; width: number; height: number };
export type PlacedEdge = { id: string; points: readonly Point[]; label: Point & { width: number } };

export type Layout = { nodes: readonly PlacedNode[]; edges: readonly PlacedEdge[] };

// A CommonJS module: its class is the default of what is imported.
const elk = new ELK.default({ workerUrl: '/assets/elk-worker.js' });

const layouts = new Map<string, Promise<Layout>>();

/** The same statechart is laid out once. Rejects when ELK cannot. */
export function layoutOf(description: StatechartDescription): Promise<Layout> {
  const key = `${description.type}.${description.version}.${description.hash}`;
  const known = layouts.get(key);
  if (known) return known;
  const layout = elk.layout(graphOf(description)).then(placed);
  layouts.set(key, layout);
  return layout;
}

function placed(canvas: ElkNode): Layout {
  return { nodes: placedNodes(canvas, undefined), edges: placedEdges(canvas) };
}

/** Parents stand before their children, as React Flow wants it. Places are relative to the parent. */
function placedNodes({ children = [] }: ElkNode, parent: string | undefined): PlacedNode[] {
  return children.flatMap((node) => {
    const { id, x = 0, y = 0, width = 0, height = 0 } = node;
    return [{ id, parent, x, y, width, height }, ...placedNodes(node, id)];
  });
}

function placedEdges({ edges = [] }: ElkNode): PlacedEdge[] {
  return edges.flatMap(({ id, sections = [], labels = [] }) => {
    const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => {
      return [startPoint, ...bendPoints, endPoint];
    });
    if (points.length === 0) return [];
    const [{ x = 0, y = 0, width = 0 } = {}] = labels;
    return [{ id, points, label: { x, y, width } }];
  });
}
