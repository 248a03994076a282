/** Actor definitions by type and version. */
import type { ActorRecord } from '#contracts/actor-record.ts';
import { partsOf } from '#contracts/address.ts';
import type { ActorDefinition } from './actor-definition.ts';
import type { InlineActivity, Kernel, RegisteredDefinition } from './kernel/kernel.ts';
import { RuntimeError } from './runtime-error.ts';

export class Registry {
  readonly #byType = new Map<string, Map<number, RegisteredDefinition>>();
  readonly #newest = new Map<string, RegisteredDefinition>();

  /** @throws RegistrationError when a definition cannot be durable, RuntimeError when one is given twice. */
  constructor(kernel: Kernel, definitions: readonly ActorDefinition[]) {
    for (const definition of kernel.withImplied(definitions)) {
      const versions = this.#byType.get(definition.type) ?? new Map<number, RegisteredDefinition>();
      if (versions.has(definition.version)) {
        throw new RuntimeError(
          'DEFINITION_TWICE',
          `Actor type '${definition.type}' version ${definition.version} is defined twice; raise the version of one.`,
        );
      }
      versions.set(definition.version, kernel.register(definition));
      this.#byType.set(definition.type, versions);
    }
    for (const [type, versions] of this.#byType) {
      const newest = versions.get(Math.max(...versions.keys()));
      if (newest) this.#newest.set(type, newest);
    }
  }

  /** The newest version: new actors start with it. */
  newest(type: string): RegisteredDefinition | undefined {
    return this.#newest.get(type);
  }

  /** The version a running actor is pinned to; its structure may be another one than the actor was stored under. */
  of(record: ActorRecord): RegisteredDefinition | undefined {
    return this.#byType.get(partsOf(record.address).type)?.get(record.definition.version);
  }

  /** Whether the newest version of a type moves actors of earlier ones without being asked. */
  isEager(type: string): boolean {
    return this.newest(type)?.definition.migrate === 'eager';
  }

  /** Every version of a type, the oldest first. */
  versionsOf(type: string): readonly RegisteredDefinition[] {
    const versions = [...(this.#byType.get(type)?.values() ?? [])];
    return versions.toSorted((left, right) => left.definition.version - right.definition.version);
  }

  /** Activities that machines bring along, by `<type>.<src>`. */
  inlineActivities(): ReadonlyMap<string, InlineActivity> {
    const all = this.all().flatMap((registered) =>
      [...registered.inlineActivities].map(
        ([src, run]) => [`${registered.definition.type}.${src}`, run] as const,
      ),
    );
    return new Map(all);
  }

  all(): readonly RegisteredDefinition[] {
    return [...this.#byType.values()].flatMap((versions) => [...versions.values()]);
  }
}
