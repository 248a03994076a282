/** What an actor and the world agree on: everything that goes in and comes out, as zod schemas. */
import type { EventObject } from 'xstate';
import { z } from 'zod';
import { ActorType } from '#contracts/address.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import type { Checked, DefinitionChecks } from '#runtime/definition-checks.ts';

/** Payloads by event type: fields, or a whole object schema. `{}` is an event without a payload. */
export type EventShapes = Readonly<Record<string, z.ZodRawShape | z.ZodObject>>;

type PayloadSchema<Shape> = Shape extends z.ZodObject
  ? Shape
  : Shape extends z.ZodRawShape
    ? z.ZodObject<Shape>
    : never;

/** An empty object schema has an index signature that would swallow the type of the event. */
type Payload<Fields> = string extends keyof Fields ? unknown : Fields;

/** The events a machine sees: defaults are filled in. */
export type EventsOf<Shapes extends EventShapes> = [keyof Shapes] extends [never]
  ? { type: 'the contract names no events' }
  : {
      [Type in keyof Shapes & string]: { type: Type } & Payload<z.output<PayloadSchema<Shapes[Type]>>>;
    }[keyof Shapes & string];

/** The events a sender writes: what has a default may be left out. */
export type SentEventsOf<Shapes extends EventShapes> = {
  [Type in keyof Shapes & string]: { type: Type } & Payload<z.input<PayloadSchema<Shapes[Type]>>>;
}[keyof Shapes & string];

/** XState wants any event at all where a contract names none. */
export type EmittedOf<Shapes extends EventShapes> = [keyof Shapes] extends [never]
  ? EventObject
  : EventsOf<Shapes>;

export type ContractOptions<
  Input extends z.ZodType,
  Output extends z.ZodType,
  Context extends z.ZodType<Record<string, unknown>>,
  Events extends EventShapes,
  Emits extends EventShapes,
  Tag extends string,
> = {
  /** The actor type, and the id of its machine: letters and digits. */
  id: string;
  /** Rises with each incompatible change. Running actors keep the version they started with. Default 1. */
  version?: number;
  /** What an actor is started with. Absent: nothing. */
  input?: Input;
  /** What a finished actor leaves behind. Absent: nothing. */
  output?: Output;
  /** What it remembers. */
  context: Context;
  /** What it can be told, by event type. */
  events: Events;
  /** What it tells those who listen, by event type. */
  emits?: Emits;
  /** Tags of its states that others may wait for. */
  tags?: readonly Tag[];
};

/** Types for `setup({ types })`. Never has a value. */
export type MachineTypes<Context, Event, Input, Output, Tag, Emitted> = {
  context: Context;
  events: Event;
  input: Input;
  output: Output;
  tags: Tag;
  emitted: Emitted;
};

export type Contract<
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
  Context extends z.ZodType<Record<string, unknown>> = z.ZodType<Record<string, unknown>>,
  Events extends EventShapes = EventShapes,
  Emits extends EventShapes = EventShapes,
  Tag extends string = string,
> = {
  readonly id: string;
  readonly version: number;
  readonly input: Input;
  readonly output: Output;
  readonly context: Context;
  readonly events: Events;
  readonly emits: Emits;
  /** Give it to `setup({ types })`: the machine is typed by the contract from then on. */
  readonly types: MachineTypes<
    z.output<Context>,
    EventsOf<Events>,
    z.output<Input>,
    z.output<Output>,
    Tag,
    EmittedOf<Emits>
  >;
  /** The same at run time: what the runtime demands of values that come from anywhere. */
  readonly checks: DefinitionChecks;
};

/**
 * Declares a contract. Schemas must describe JSON and accept their own output: no transforms to dates or classes.
 * @throws ZodError when the id is no actor type
 */
export function contract<
  Context extends z.ZodType<Record<string, unknown>>,
  const Events extends EventShapes,
  Input extends z.ZodType = z.ZodUndefined,
  Output extends z.ZodType = z.ZodUndefined,
  const Emits extends EventShapes = Record<never, never>,
  const Tag extends string = 'the contract names no tags',
>(
  options: ContractOptions<Input, Output, Context, Events, Emits, Tag>,
): Contract<Input, Output, Context, Events, Emits, Tag> {
  const input = options.input ?? (z.undefined() as z.ZodType as Input);
  const output = options.output ?? (z.undefined() as z.ZodType as Output);
  const schemas = new Map(Object.entries(options.events).map(([type, shape]) => [type, payloadOf(shape)]));
  return {
    id: ActorType.parse(options.id),
    version: options.version ?? 1,
    input,
    output,
    context: options.context,
    events: options.events,
    emits: options.emits ?? ({} as Emits),
    types: {} as Contract<Input, Output, Context, Events, Emits, Tag>['types'],
    checks: {
      input: (value) => check(input, value),
      output: (value) => check(output, value),
      context: (value) => check(options.context, value),
      event: (event) => checkEvent(options.id, schemas, event),
    },
  };
}

function payloadOf(shape: z.ZodRawShape | z.ZodObject): z.ZodObject {
  return shape instanceof z.ZodObject ? shape : z.object(shape);
}

/** A value against a schema, the problems in one line: `by: expected string, received number`. */
export function check(schema: z.ZodType, value: unknown): Checked<unknown> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  return { problem: problems.join('; ') };
}

function checkEvent(
  id: string,
  schemas: ReadonlyMap<string, z.ZodObject>,
  event: ActorEvent,
): Checked<ActorEvent> {
  const { type, ...payload } = event;
  const schema = schemas.get(type);
  if (schema === undefined) {
    const known = [...schemas.keys()].join(', ') || 'none';
    return { problem: `${id} takes no event '${type}'. It takes: ${known}.` };
  }
  const checked = check(schema, payload);
  if ('problem' in checked) return { problem: `${type}: ${checked.problem}` };
  return { value: { type, ...(checked.value as Record<string, never>) } };
}
