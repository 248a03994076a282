/**
 * What was sent or stored once must be readable for ever: every file below `wire/` parses with today's schema, and
 * nothing in it is dropped or changed. The files are append-only; a new form of a type gets a new file beside them.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Envelope } from '#contracts/envelope.ts';
import { ExecutionEvent } from '#contracts/execution.ts';
import { CLOUD_ACTIVITIES } from '#contracts/operations/cloud-activity.contract.ts';
import { SchemaCoverage } from './schema-coverage.ts';

/** Never travel alone: parts of the types that have files, or configuration. */
const BUILDING_BLOCKS: ReadonlySet<string> = new Set([
  'ActivityOptions',
  'ActivityOutcome',
  'ActivityQueue',
  'ActivityRecord',
  'ActivityView',
  'ActorEvent',
  'ActorId',
  'ActorStatus',
  'ActorSummary',
  'ActorType',
  'Address',
  'AppliedNote',
  'AskedBy',
  'Asker',
  'BlockDevice',
  'CancelRequested',
  'Capacity',
  'ChildRecord',
  'ChildView',
  'Declined',
  'ExecutionStatus',
  'Failure',
  'FailureKind',
  'HeldEnvelope',
  'InstanceHealth',
  'Json',
  'JsonObject',
  'NodeEnvironment',
  'OperationName',
  'Ownership',
  'Parent',
  'ParentClosePolicy',
  'Pause',
  'Pipeline',
  'PipelineParameter',
  'RefusedNote',
  'RequestProblem',
  'RetryPolicy',
  'ServerGroupSource',
  'ServiceName',
  'ShownActor',
  'StageDefinition',
  'Stall',
  'StartConflict',
  'StateValue',
  'StepDelivery',
  'StepEffect',
  'StatechartEdge',
  'StatechartInvoke',
  'StatechartNode',
  'StatechartTrigger',
  'StrandedResource',
  'SyntheticOwner',
  'SystemId',
  'TimerRecord',
  'Tone',
  'TimerView',
  'Topology',
  'UndoOutcome',
  'Unhandled',
  'WebhookMethod',
]);

const contracts = path.join(import.meta.dirname, '..', '..', '..', 'src', 'contracts');
const wire = path.join(import.meta.dirname, 'wire');

async function exportedSchemas(): Promise<Map<string, z.ZodType>> {
  const schemas = new Map<string, z.ZodType>();
  for (const file of readdirSync(contracts, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const exported = (await import(path.join(contracts, file))) as Record<string, unknown>;
    for (const [name, value] of Object.entries(exported))
      if (value instanceof z.ZodType) schemas.set(name, value);
  }
  for (const [name, { input, output }] of Object.entries(CLOUD_ACTIVITIES)) {
    schemas.set(`${name}.input`, input).set(`${name}.output`, output);
  }
  return schemas;
}

const schemas = await exportedSchemas();
const filesOf = (type: string): string[] => readdirSync(path.join(wire, type)).toSorted();
const types = readdirSync(wire).toSorted();
const read = (type: string, file: string): unknown =>
  JSON.parse(readFileSync(path.join(wire, type, file), 'utf8'));

describe.each(types)('the wire type %s', (type) => {
  const schema = schemas.get(type.slice(0, type.indexOf('@')));

  it.each(filesOf(type))('still reads %s, and drops nothing', (file) => {
    const stored = read(type, file);
    const parsed = schema?.parse(stored);
    expect(parsed).toEqual(stored);
    expect(schema?.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(stored);
  });
});

describe('the golden files', () => {
  it('cover every type that is sent or stored', () => {
    const covered = new Set(types.map((type) => type.slice(0, type.indexOf('@'))));
    const missing = [...schemas.keys()].filter((name) => !covered.has(name) && !BUILDING_BLOCKS.has(name));
    expect(missing, 'write one file for each, or list it as a building block').toEqual([]);
    expect([...BUILDING_BLOCKS].filter((name) => !schemas.has(name))).toEqual([]);
  });

  it('cover every kind of envelope and every event of an execution', () => {
    const valuesOf = (type: string, field: string): Set<unknown> =>
      new Set(filesOf(type).map((file) => (read(type, file) as Record<string, unknown>)[field]));
    expect(valuesOf('Envelope@1', 'kind')).toEqual(
      new Set(Envelope.options.map((option) => option.shape.kind.value)),
    );
    expect(valuesOf('ExecutionEvent@1', 'type')).toEqual(
      new Set(ExecutionEvent.options.map((option) => option.shape.type.value)),
    );
  });

  it('show every field and every alternative of what is sent or stored', () => {
    const coverage = new SchemaCoverage();
    for (const type of types) {
      const name = type.slice(0, type.indexOf('@'));
      const schema = schemas.get(name);
      if (schema) for (const file of filesOf(type)) coverage.add(schema, read(type, file), name);
    }
    expect(coverage.missing(), 'write a file beside the others that has it').toEqual([]);
  });

  it('are missed by a new field and a new alternative', () => {
    const Part = z.object({ kind: z.literal('part'), name: z.string().optional() });
    const Whole = z.object({ parts: z.array(z.discriminatedUnion('kind', [Part, z.object({ kind: z.literal('new') })])) });
    const coverage = new SchemaCoverage();
    coverage.add(Whole, { parts: [{ kind: 'part' }] }, 'Whole');
    expect(coverage.missing()).toEqual(['Whole.parts[] as new', 'Whole.parts[] as part.name']);
  });
});
