/**
 * The state of the double: immutable resources by account, region, kind and id.
 *
 * 1. A transaction reads what is committed and its own writes; nobody sees them before `apply`.
 * 2. A transaction that is dropped leaves no trace: a refused call changes nothing.
 * 3. `apply` with the writes of a journal line gives the state that wrote the line.
 */
import { createHash } from 'node:crypto';
import type { Resource, Scope } from './resource.ts';
import type { ResourceKind, ResourceKinds } from './resource-kinds.ts';

/** One change: the whole new value, or null for a removal. */
export interface Write {
  readonly kind: ResourceKind;
  readonly id: string;
  readonly value: Resource | null;
  /** Of a removal: when the resource ceased to exist, if that was before the write. */
  readonly endedAtMs?: number;
}

type Shelf = Map<string, Resource>;
type Shelves = Map<ResourceKind, Shelf>;

export class CloudStore {
  private readonly scopes = new Map<string, Shelves>();

  /** `origin` seeds the ids the transaction makes up, so it must be new for each transaction. */
  begin(scope: Scope, origin: string): CloudTransaction {
    return new CloudTransaction(this.shelvesOf(scope), `${scope.account}/${scope.region}/${origin}`);
  }

  apply(scope: Scope, writes: readonly Write[]): void {
    const shelves = this.shelvesOf(scope);
    for (const { kind, id, value } of writes) {
      let shelf = shelves.get(kind);
      if (shelf === undefined) shelves.set(kind, (shelf = new Map()));
      if (value === null) shelf.delete(id);
      else shelf.set(id, value);
    }
  }

  clear(): void {
    this.scopes.clear();
  }

  private shelvesOf(scope: Scope): Shelves {
    const name = `${scope.account}/${scope.region}`;
    let shelves = this.scopes.get(name);
    if (shelves === undefined) this.scopes.set(name, (shelves = new Map()));
    return shelves;
  }
}

export class CloudTransaction {
  private readonly committed: Shelves;
  private readonly origin: string;
  private readonly changed = new Map<ResourceKind, Map<string, Resource | null>>();
  private readonly ends = new Map<string, number>();
  private madeUp = 0;
  private hiddenAfterMs = Infinity;

  constructor(committed: Shelves, origin: string) {
    this.committed = committed;
    this.origin = origin;
  }

  /** From here on reads show no resource created after this moment: an eventually consistent read. */
  hideCreatedAfter(atMs: number): void {
    this.hiddenAfterMs = atMs;
  }

  get<K extends ResourceKind>(kind: K, id: string): ResourceKinds[K] | undefined {
    const found = this.getFresh(kind, id);
    return found !== undefined && found.createdAtMs > this.hiddenAfterMs ? undefined : found;
  }

  /** As `get`, but never stale. */
  getFresh<K extends ResourceKind>(kind: K, id: string): ResourceKinds[K] | undefined {
    const changed = this.changed.get(kind)?.get(id);
    const found = changed === undefined ? this.committed.get(kind)?.get(id) : changed;
    // The shelf of a kind holds that kind only: `put` and `apply` are the only ways in.
    return (found ?? undefined) as ResourceKinds[K] | undefined;
  }

  /** In order of creation. */
  list<K extends ResourceKind>(kind: K): ResourceKinds[K][] {
    const changed = this.changed.get(kind);
    const found: Resource[] = [];
    const shelf = this.committed.get(kind);
    for (const [id, resource] of shelf ?? []) {
      const current = changed?.get(id);
      if (current !== null) found.push(current ?? resource);
    }
    for (const [id, resource] of changed ?? []) {
      if (resource !== null && !shelf?.has(id)) found.push(resource);
    }
    const visible = found.filter((resource) => resource.createdAtMs <= this.hiddenAfterMs);
    return visible as ResourceKinds[K][];
  }

  put<K extends ResourceKind>(kind: K, value: ResourceKinds[K]): void {
    this.changesOf(kind).set(value.id, value);
  }

  remove(kind: ResourceKind, id: string, endedAtMs?: number): void {
    this.changesOf(kind).set(id, null);
    if (endedAtMs !== undefined) this.ends.set(`${kind}/${id}`, endedAtMs);
  }

  /** Did this transaction write it? */
  hasChanged(kind: ResourceKind, id: string): boolean {
    return this.changed.get(kind)?.has(id) ?? false;
  }

  /** Hexadecimal digits no other resource has; the same ones when the same transaction is replayed. */
  newDigits(length: number): string {
    this.madeUp += 1;
    return createHash('sha256').update(`${this.origin}/${this.madeUp}`).digest('hex').slice(0, length);
  }

  writes(): Write[] {
    const writes: Write[] = [];
    for (const [kind, changes] of this.changed) {
      for (const [id, value] of changes) {
        const endedAtMs = value === null ? this.ends.get(`${kind}/${id}`) : undefined;
        writes.push({ kind, id, value, ...(endedAtMs !== undefined && { endedAtMs }) });
      }
    }
    return writes;
  }

  private changesOf(kind: ResourceKind): Map<string, Resource | null> {
    let changes = this.changed.get(kind);
    if (changes === undefined) this.changed.set(kind, (changes = new Map()));
    return changes;
  }
}
