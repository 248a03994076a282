/** Ids under which machines know their children. */

/** Letters, digits and dashes stay; every other character becomes `_<hex>_`. Different refIds give different ids. */
export function stageChildId(refId: string): string {
  const safe = refId.replaceAll(/[^A-Za-z0-9-]/g, (char) => `_${(char.codePointAt(0) ?? 0).toString(16)}_`);
  return `stage-${safe}`;
}

const COMPLETION = /^xstate\.(?:done|error)\.actor\.(.+)$/;

/** The child that a completion event is about. */
export function completedChildId(eventType: string): string {
  return COMPLETION.exec(eventType)?.[1] ?? '';
}
