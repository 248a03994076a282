/** From a statechart's description to the graph that ELK lays out: sizes by text, rows for what needs no line. Pure. */
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type {
  StatechartDescription,
  StatechartEdge,
  StatechartNode,
} from '#contracts/statechart-description.ts';
import { triggerText } from './active-nodes.ts';

/** A line inside a node's box: what it invokes, or what it does without leaving. */
export type NodeRow = {
  kind: 'activity' | 'actor' | 'entry' | 'exit' | 'stays';
  text: string;
  /** Of `stays`: the edge. */
  edge?: number;
};

/** The dot from which the initial state is entered. */
export const initialDotOf = (id: string): string => `${id}#initial`;

export const NODE_FONT_PX = 13;
const ROW_HEIGHT = 18;
const HEADER_HEIGHT = 30;
const LABEL_HEIGHT = 18;
const ROWS_MAX = 8;
const WIDTH_MAX = 320;

/** Widths are guessed, a little too wide: measuring would need the fonts to be there. */
const widthOf = (text: string, px: number): number => Math.ceil(text.length * px * 0.56);

export function rowsOf(description: StatechartDescription, node: StatechartNode): readonly NodeRow[] {
  const rows: NodeRow[] = [
    ...node.invokes.map(({ id, src, kind }): NodeRow => {
      return { kind: kind === 'actor' ? 'actor' : 'activity', text: id === src ? src : `${id}: ${src}` };
    }),
    ...(node.entry ?? []).map((text): NodeRow => ({ kind: 'entry', text })),
    ...(node.exit ?? []).map((text): NodeRow => ({ kind: 'exit', text })),
    ...description.edges.flatMap((edge, index): NodeRow[] => {
      if (edge.source !== node.id || edge.targets.length > 0) return [];
      return [{ kind: 'stays', text: edgeText(edge), edge: index }];
    }),
  ];
  return rows.slice(0, ROWS_MAX);
}

/** `event [guard]`. */
export function edgeText(edge: StatechartEdge): string {
  return edge.guard === undefined ? triggerText(edge) : `${triggerText(edge)} [${edge.guard}]`;
}

/** The whole graph, to be laid out. Edges have the ids `e<index>`, those of the dots `i<node>`. */
export function graphOf(description: StatechartDescription): ElkNode {
  const children = new Map<string, StatechartNode[]>();
  const [root] = description.nodes;
  for (const node of description.nodes) {
    if (node.parent === undefined) continue;
    children.set(node.parent, [...(children.get(node.parent) ?? []), node]);
  }
  return {
    id: '#canvas',
    layoutOptions: CANVAS_OPTIONS,
    children: root ? [boxOf(description, { node: root, children })] : [],
    edges: [...initialEdges(description), ...description.edges.flatMap(lineOf)],
  };
}

type Place = { node: StatechartNode; children: ReadonlyMap<string, StatechartNode[]> };

function boxOf(description: StatechartDescription, { node, children }: Place): ElkNode {
  if (node.type === 'history') return { id: node.id, width: 30, height: 30 };
  const rows = rowsOf(description, node);
  const header = HEADER_HEIGHT + rows.length * ROW_HEIGHT + (rows.length > 0 ? 6 : 0);
  const texts = [widthOf(node.key, NODE_FONT_PX) + 34, ...rows.map(({ text }) => widthOf(text, 11) + 66)];
  const width = Math.min(WIDTH_MAX, Math.max(90, ...texts));
  const inside = children.get(node.id) ?? [];
  if (inside.length === 0) return { id: node.id, width, height: Math.max(36, header + 4) };
  const dot: ElkNode[] =
    node.initial === undefined ? [] : [{ id: initialDotOf(node.id), width: 10, height: 10 }];
  return {
    id: node.id,
    layoutOptions: {
      'elk.padding': `[top=${header + 14},left=18,bottom=18,right=18]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width}, 60)`,
    },
    children: [...dot, ...inside.map((child) => boxOf(description, { node: child, children }))],
  };
}

function initialEdges({ nodes }: StatechartDescription): ElkExtendedEdge[] {
  return nodes.flatMap(({ id, initial }) => {
    if (initial === undefined || !nodes.some((node) => node.id === initial)) return [];
    return [{ id: `i${id}`, sources: [initialDotOf(id)], targets: [initial] }];
  });
}

/** An edge to several targets is drawn to the first: the others are regions of the same parallel state. */
function lineOf(edge: StatechartEdge, index: number): ElkExtendedEdge[] {
  const [target] = edge.targets;
  if (target === undefined) return [];
  const text = edgeText(edge);
  const width = Math.min(WIDTH_MAX, widthOf(text, 11) + 14);
  return [
    {
      id: `e${index}`,
      sources: [edge.source],
      targets: [target],
      labels: [{ text, width, height: LABEL_HEIGHT }],
    },
  ];
}

const CANVAS_OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.edgeCoords': 'ROOT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.edgeLabels.placement': 'CENTER',
  'elk.spacing.nodeNode': '26',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '3',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.thoroughness': '10',
};
