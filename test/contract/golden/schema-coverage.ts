/**
 * Which parts of the schemas no stored file shows: fields that none has, and alternatives that none takes.
 *
 * A schema counts as one wherever it is used: a field of it that one file shows is shown.
 */
import { z } from 'zod';

type Seen = { label: string; wanted: ReadonlySet<string>; found: Set<string> };

export class SchemaCoverage {
  readonly #seen = new Map<z.ZodType, Seen>();

  /** Takes a stored value that the schema parses. `label` names the schema to a person. */
  add(schema: z.ZodType, value: unknown, label: string): void {
    if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
      if (value !== undefined && value !== null) this.add(schema.unwrap() as z.ZodType, value, label);
    } else if (schema instanceof z.ZodLazy) {
      this.add(schema.unwrap() as z.ZodType, value, label);
    } else if (schema instanceof z.ZodObject) {
      this.#addObject(schema, value as Record<string, unknown>, label);
    } else if (schema instanceof z.ZodUnion) {
      this.#addUnion(schema, value, label);
    } else if (schema instanceof z.ZodArray) {
      for (const item of value as unknown[]) this.add(schema.element as z.ZodType, item, `${label}[]`);
    } else if (schema instanceof z.ZodRecord) {
      const values = Object.values(value as Record<string, unknown>);
      for (const item of values) this.add(schema.valueType as z.ZodType, item, `${label}.*`);
    }
  }

  /** Every part that is missing, as `<label>.<field>` or `<label> as <alternative>`. */
  missing(): string[] {
    return [...this.#seen.values()]
      .flatMap(({ label, wanted, found }) =>
        [...wanted.difference(found)].map((part) => `${label}${part.startsWith(' ') ? '' : '.'}${part}`),
      )
      .toSorted();
  }

  #addObject(schema: z.ZodObject, value: Record<string, unknown>, label: string): void {
    const { found } = this.#of(schema, label, Object.keys(schema.shape));
    for (const [key, item] of Object.entries(schema.shape as Record<string, z.ZodType>)) {
      if (!Object.hasOwn(value, key)) continue;
      found.add(key);
      this.add(item, value[key], `${label}.${key}`);
    }
  }

  #addUnion(schema: z.ZodUnion, value: unknown, label: string): void {
    const options = schema.options as readonly z.ZodType[];
    const names = options.map((option, index) => ` as ${nameOf(option) ?? `alternative ${index}`}`);
    const { found } = this.#of(schema, label, names);
    const index = options.findIndex((option) => option.safeParse(value).success);
    const [option, name] = [options[index], names[index]];
    if (option === undefined || name === undefined) return;
    found.add(name);
    this.add(option, value, `${label}${name}`);
  }

  #of(schema: z.ZodType, label: string, wanted: readonly string[]): Seen {
    const known = this.#seen.get(schema);
    if (known) return known;
    const created: Seen = { label, wanted: new Set(wanted), found: new Set() };
    this.#seen.set(schema, created);
    return created;
  }
}

/** The literals that tell an alternative from its siblings, if it has some. */
function nameOf(option: z.ZodType): string | undefined {
  if (!(option instanceof z.ZodObject)) return option.def.type;
  const literals = Object.values(option.shape as Record<string, z.ZodType>).flatMap((field) =>
    field instanceof z.ZodLiteral && typeof field.value === 'string' ? [field.value] : [],
  );
  return literals.length === 0 ? undefined : literals.join(' ');
}
