/** The graph of a pipeline: which stage waits for which. Pure. */
import type { JsonObject } from '#contracts/json.ts';
import type { StageDefinition } from '#contracts/pipeline.ts';

/** A stage with its place in the graph. */
export type DagNode = { refId: string; requisites: readonly string[] };

/**
 * The nodes in list order. When no stage has a refId, stages run one after the other: refIds become `0`, `1`, …
 * and each waits for the one before.
 */
export function dagOf(stages: readonly StageDefinition[]): DagNode[] {
  const linear = stages.every((stage) => stage.refId === undefined);
  return stages.map((stage, index) =>
    linear
      ? { refId: String(index), requisites: index === 0 ? [] : [String(index - 1)] }
      : { refId: stage.refId ?? `#${index}`, requisites: [...new Set(stage.requisiteStageRefIds)] },
  );
}

/** The refIds of one cycle, first one repeated at the end; null when there is none. */
export function findCycle(nodes: readonly DagNode[]): string[] | null {
  const byRef = new Map(nodes.map((node) => [node.refId, node]));
  const finished = new Set<string>();
  for (const node of nodes) {
    const cycle = cycleFrom(node.refId, { byRef, finished });
    if (cycle !== null) return cycle;
  }
  return null;
}

/** Depth first with an explicit stack: 500 stages in a row must not depend on the call stack. */
function cycleFrom(
  start: string,
  graph: { byRef: ReadonlyMap<string, DagNode>; finished: Set<string> },
): string[] | null {
  const path: { refId: string; next: number }[] = [{ refId: start, next: 0 }];
  const onPath = new Set([start]);
  while (path.length > 0) {
    const top = path[path.length - 1];
    if (top === undefined) break;
    const requisite = graph.byRef.get(top.refId)?.requisites[top.next];
    top.next += 1;
    if (requisite === undefined) {
      graph.finished.add(top.refId);
      onPath.delete(top.refId);
      path.pop();
    } else if (onPath.has(requisite)) {
      const refIds = path.map((entry) => entry.refId);
      return [...refIds.slice(refIds.indexOf(requisite)), requisite];
    } else if (!graph.finished.has(requisite)) {
      path.push({ refId: requisite, next: 0 });
      onPath.add(requisite);
    }
  }
  return null;
}

/**
 * The ancestors of a stage in the order in which their outputs are searched: its requisites in list order,
 * then theirs, depth first.
 */
export function ancestorsOf(refId: string, nodes: readonly DagNode[]): string[][] {
  const byRef = new Map(nodes.map((node) => [node.refId, node]));
  const order = new Map(nodes.map((node, index) => [node.refId, index]));
  const visited = new Set<string>();
  const levels: string[][] = [];
  const stack = [refId];
  while (stack.length > 0) {
    const current = stack.pop() ?? refId;
    if (visited.has(current)) continue;
    visited.add(current);
    const requisites = (byRef.get(current)?.requisites ?? [])
      .filter((requisite) => !visited.has(requisite))
      .toSorted((left, right) => (order.get(left) ?? 0) - (order.get(right) ?? 0));
    if (requisites.length > 0) levels.push(requisites);
    stack.push(...requisites.toReversed());
  }
  return levels;
}

/** Merges objects of which the earlier one wins. */
export function nearestFirst(objects: readonly JsonObject[]): JsonObject {
  return Object.fromEntries(objects.toReversed().flatMap((object) => Object.entries(object)));
}
