/** What every resource of the double has, whatever its kind. */

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface Resource {
  /** Unique among resources of its kind in one account and region. */
  readonly id: string;
  readonly createdAtMs: number;
  /** When it stops to exist; may lie in the future (an instance that shuts down). */
  readonly endedAtMs?: number | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

/** Everything in the double lives in one account and one region. */
export interface Scope {
  readonly account: string;
  readonly region: string;
}

/** The tags after an upsert: later keys win, order of first appearance is kept. */
export function withTags<T extends Tag>(tags: readonly T[], added: readonly T[]): T[] {
  const byKey = new Map(tags.map((tag) => [tag.key, tag]));
  for (const tag of added) byKey.set(tag.key, tag);
  return [...byKey.values()];
}
