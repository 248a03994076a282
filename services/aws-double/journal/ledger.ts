/** The ledger: every call ever made, and every resource that ever existed. It is the judge's evidence. */
import type { Write } from '../cloud/cloud-store.ts';
import type { Resource, Scope, Tag } from '../cloud/resource.ts';
import type { ResourceKind } from '../cloud/resource-kinds.ts';
import type { FaultKind } from '../faults/fault-rule.ts';
import type { ServiceCode } from '../wire/credential-scope.ts';
import type { ParamTree } from '../wire/params.ts';

export interface ResourceEffect {
  readonly change: 'created' | 'changed' | 'deleted';
  readonly kind: ResourceKind;
  readonly id: string;
}

export interface LedgerEntry {
  /** Rises by one a call, across restarts and resets. */
  readonly seq: number;
  readonly requestId: string;
  readonly atMs: number;
  readonly account: string;
  readonly region: string;
  readonly service: ServiceCode | 'unknown';
  readonly action: string;
  readonly params: { readonly [name: string]: ParamTree };
  readonly clientToken?: string;
  /** `ok`, the error code the caller was told, or `connection-reset`. With a fault, `applied` tells the truth. */
  readonly outcome: string;
  readonly message?: string;
  readonly fault?: FaultKind;
  readonly faultRule?: number;
  /** Was the action carried out, whatever the caller was told? */
  readonly applied: boolean;
  readonly effect: readonly ResourceEffect[];
}

/** One life of a resource. A name that is used again after its end begins another life. */
export interface ResourceLife extends Scope {
  readonly kind: ResourceKind;
  readonly id: string;
  name?: string;
  tags: readonly Tag[];
  readonly createdAtMs: number;
  /** Absent while it lives and no end is set. */
  endedAtMs?: number;
  /** The call that made it; or `seed`, or `auto-scaling` when a group launched or registered it. */
  readonly createdBy: number | 'seed' | 'auto-scaling';
  endedBy?: number | 'seed' | 'auto-scaling';
  /** The resource as it was last. */
  last: Resource;
}

export type Author = number | 'seed' | 'auto-scaling';

/** Bookkeeping of the double, not resources of AWS. */
const UNLISTED_KINDS: ReadonlySet<ResourceKind> = new Set(['clientToken', 'scalingActivity']);

export class Ledger {
  private entries: LedgerEntry[] = [];
  private lives: ResourceLife[] = [];
  private readonly open = new Map<string, ResourceLife>();
  private next = 1;

  get nextSeq(): number {
    return this.next;
  }

  /** Calls after `seq`, oldest first. */
  since(seq: number): LedgerEntry[] {
    const first = this.entries[0]?.seq ?? 1;
    return this.entries.slice(Math.max(0, seq + 1 - first));
  }

  resources(): readonly ResourceLife[] {
    return this.lives;
  }

  add(entry: LedgerEntry): void {
    this.entries.push(entry);
    this.next = entry.seq + 1;
  }

  /** Follows resources through their lives. Returns what the writes did, for the entry of the call. */
  follow(
    scope: Scope,
    writes: readonly Write[],
    by: { readonly author: Author; readonly atMs: number },
  ): ResourceEffect[] {
    return writes.flatMap((write) => {
      if (UNLISTED_KINDS.has(write.kind)) return [];
      const change = this.followOne(scope, write, by);
      return change === undefined ? [] : [{ change, kind: write.kind, id: write.id }];
    });
  }

  /** Forgets everything but the count. */
  reset(nextSeq: number): void {
    this.entries = [];
    this.lives = [];
    this.open.clear();
    this.next = nextSeq;
  }

  private followOne(
    scope: Scope,
    write: Write,
    by: { readonly author: Author; readonly atMs: number },
  ): ResourceEffect['change'] | undefined {
    const key = `${scope.account}/${scope.region}/${write.kind}/${write.id}`;
    const life = this.open.get(key);
    if (write.value === null) {
      this.open.delete(key);
      if (life === undefined) return undefined;
      const wasEnding = life.endedAtMs !== undefined;
      life.endedAtMs ??= write.endedAtMs ?? by.atMs;
      life.endedBy ??= by.author;
      return wasEnding ? undefined : 'deleted';
    }
    if (life === undefined || life.createdAtMs !== write.value.createdAtMs) {
      const begun = beginLife(scope, { kind: write.kind, value: write.value }, by.author);
      this.lives.push(begun);
      this.open.set(key, begun);
      return 'created';
    }
    life.last = write.value;
    life.tags = write.value.tags ?? [];
    if (write.value.endedAtMs === undefined || life.endedAtMs !== undefined) return 'changed';
    life.endedAtMs = write.value.endedAtMs;
    life.endedBy = by.author;
    return 'deleted';
  }
}

function beginLife(
  scope: Scope,
  resource: { readonly kind: ResourceKind; readonly value: Resource },
  createdBy: Author,
): ResourceLife {
  const { kind, value } = resource;
  const life: ResourceLife = {
    ...scope,
    kind,
    id: value.id,
    tags: value.tags ?? [],
    createdAtMs: value.createdAtMs,
    createdBy,
    last: value,
  };
  if ('name' in value && typeof value.name === 'string') life.name = value.name;
  if (value.endedAtMs !== undefined) life.endedAtMs = value.endedAtMs;
  return life;
}
