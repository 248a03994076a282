/**
 * Frigga names: `app[-stack[-detail]]-vNNN`. The cluster is the name without its number.
 *
 * The number runs from v000 to v999 and starts again at v000. The next one follows the server group that was
 * created last, not the highest number, and skips numbers that are taken.
 */

const NUMBERED = /^(?<cluster>.+)-v(?<sequence>\d{3,6})$/;
const SEQUENCE_COUNT = 1000;

export type ClusterParts = { application: string; stack?: string | undefined; detail?: string | undefined };
export type NamedAt = { name: string; createdAtMs: number };

/** `app`, `app-stack`, `app-stack-detail`, or `app--detail` when there is no stack. */
export function clusterNameOf({ application, stack, detail }: ClusterParts): string {
  if (detail) return `${application}-${stack ?? ''}-${detail}`;
  return stack ? `${application}-${stack}` : application;
}

/** The cluster a server group belongs to: its name without `-vNNN`. */
export function clusterOf(serverGroupName: string): string {
  return NUMBERED.exec(serverGroupName)?.groups?.['cluster'] ?? serverGroupName;
}

/** The number in a server group's name, null when it has none. */
export function sequenceOf(serverGroupName: string): number | null {
  const digits = NUMBERED.exec(serverGroupName)?.groups?.['sequence'];
  return digits === undefined ? null : Number(digits);
}

/** `cluster-v007`. */
export function serverGroupNameOf(cluster: string, sequence: number): string {
  return `${cluster}-v${String(sequence).padStart(3, '0')}`;
}

/** The server group created last; of several at the same time, the one with the highest number. Null when none. */
export function latestOf(existing: readonly NamedAt[]): NamedAt | null {
  let latest: NamedAt | null = null;
  for (const candidate of existing) if (latest === null || isLater(candidate, latest)) latest = candidate;
  return latest;
}

function isLater(candidate: NamedAt, other: NamedAt): boolean {
  if (candidate.createdAtMs !== other.createdAtMs) return candidate.createdAtMs > other.createdAtMs;
  return (sequenceOf(candidate.name) ?? -1) > (sequenceOf(other.name) ?? -1);
}

/** The next free name of a cluster, null when all thousand are taken. `existing` are the names that count as taken. */
export function nextServerGroupName(cluster: string, existing: readonly NamedAt[]): string | null {
  const taken = new Set(existing.map(({ name }) => name));
  const latest = latestOf(
    existing.filter(({ name }) => clusterOf(name) === cluster && sequenceOf(name) !== null),
  );
  const first = latest === null ? 0 : (sequenceOf(latest.name) ?? -1) + 1;
  for (let offset = 0; offset < SEQUENCE_COUNT; offset += 1) {
    const name = serverGroupNameOf(cluster, (first + offset) % SEQUENCE_COUNT);
    if (!taken.has(name)) return name;
  }
  return null;
}
