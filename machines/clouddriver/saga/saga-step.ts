/** The vocabulary of a saga: named steps over targets, each with what undoes it. */
import type { Failure } from '#contracts/failure.ts';
import type { Json, JsonObject } from '#contracts/json.ts';
import type {
  CloudActivityInput,
  CloudActivityName,
  CloudActivityOutput,
} from '#contracts/operations/cloud-activity.contract.ts';

/** Who asks, and which operation this is. Tags and names are made from it. */
export type OperationIdentity = {
  /** Address of the operation actor. */
  address: string;
  application: string;
  executionId: string;
  stageRefId: string;
  user: string;
};

/** The least a target has: account and region choose queue, credentials and rate limit. */
export type SagaTarget = { account: string; region: string };

/** What a step sees: the typed description of its target and what earlier steps on that target found out. */
export type StepScope<Target, Facts> = {
  operation: OperationIdentity;
  target: Target;
  facts: Partial<Facts>;
  /** Time of the step that entered it, in epoch milliseconds. */
  nowMs: number;
};

export type ResourceName = { kind: string; id: string };

type Scoped<Target, Facts, Result> = (scope: StepScope<Target, Facts>) => Result;

/** How a writing step is undone. Runs also when nobody knows whether the step had its effect. */
export type Undo<Target, Facts> =
  | {
      kind: 'activity';
      activity: CloudActivityName;
      input: Scoped<Target, Facts, Json>;
      resource: Scoped<Target, Facts, ResourceName>;
      tell: Scoped<Target, Facts, string>;
    }
  /** It cannot be undone. What is left is for a person when the step itself did not end well. */
  | { kind: 'irreversible'; resource: Scoped<Target, Facts, ResourceName> };

export type CallStep<Target, Facts> = {
  kind: 'call';
  name: string;
  activity: CloudActivityName;
  when: Scoped<Target, Facts, boolean>;
  input: Scoped<Target, Facts, Json>;
  record: (scope: StepScope<Target, Facts>, output: unknown) => Partial<Facts>;
  /** Says why the operation cannot go on with what was found; null when it can. */
  check: Scoped<Target, Facts, Failure | null>;
  tell: Scoped<Target, Facts, string[]>;
  /** Reading steps change nothing and may be abandoned by a cancel. */
  effect: 'read' | 'write';
  undo?: Undo<Target, Facts>;
};

/** Reserves a server group name with the actor that serialises the names of a cluster. */
export type ReserveNameStep<Target, Facts> = {
  kind: 'reserve-name';
  name: string;
  when: Scoped<Target, Facts, boolean>;
  reservation: Scoped<Target, Facts, NameRequest>;
  record: (scope: StepScope<Target, Facts>, serverGroupName: string) => Partial<Facts>;
  tell: Scoped<Target, Facts, string[]>;
};

export type NameRequest = {
  account: string;
  region: string;
  cluster: string;
  existing: readonly { name: string; createdAtMs: number }[];
  sequence?: number;
};

export type SagaStep<Target, Facts> = CallStep<Target, Facts> | ReserveNameStep<Target, Facts>;

type CallSpec<Target, Facts, N extends CloudActivityName> = {
  activity: N;
  when?: Scoped<Target, Facts, boolean>;
  input: Scoped<Target, Facts, CloudActivityInput<N>>;
  record?: (scope: StepScope<Target, Facts>, output: CloudActivityOutput<N>) => Partial<Facts>;
  check?: Scoped<Target, Facts, Failure | null>;
  tell?: Scoped<Target, Facts, string[]>;
};

type UndoSpec<Target, Facts, N extends CloudActivityName> = {
  activity: N;
  input: Scoped<Target, Facts, CloudActivityInput<N>>;
  resource: Scoped<Target, Facts, ResourceName>;
  tell: Scoped<Target, Facts, string>;
};

/** Typed builders for the steps of one operation family. */
export function stepsOf<Target extends SagaTarget, Facts extends object>() {
  type Spec<N extends CloudActivityName> = CallSpec<Target, Facts, N>;

  function call<N extends CloudActivityName>(
    name: string,
    effect: 'read' | 'write',
    spec: Spec<N>,
  ): CallStep<Target, Facts> {
    const { record } = spec;
    return {
      kind: 'call',
      name,
      effect,
      activity: spec.activity,
      when: spec.when ?? (() => true),
      input: (scope) => spec.input(scope) as JsonObject,
      record: (scope, output) => (record ? record(scope, output as CloudActivityOutput<N>) : {}),
      check: spec.check ?? (() => null),
      tell: spec.tell ?? (() => []),
    };
  }

  return {
    /** Changes nothing. */
    read: <N extends CloudActivityName>(name: string, spec: Spec<N>) => call(name, 'read', spec),

    /** Changes something; `undo` takes it back. */
    write: <N extends CloudActivityName, U extends CloudActivityName>(
      name: string,
      spec: Spec<N> & { undo: UndoSpec<Target, Facts, U> },
    ): CallStep<Target, Facts> => ({
      ...call(name, 'write', spec),
      undo: { kind: 'activity', ...spec.undo, input: (scope) => spec.undo.input(scope) as JsonObject },
    }),

    /** Changes something that goes away with what an earlier step made: it needs no undo of its own. */
    adjust: <N extends CloudActivityName>(name: string, spec: Spec<N>) => call(name, 'write', spec),

    /** Changes something for good: the point of no return. */
    irreversible: <N extends CloudActivityName>(
      name: string,
      spec: Spec<N> & { resource: Scoped<Target, Facts, ResourceName> },
    ): CallStep<Target, Facts> => ({
      ...call(name, 'write', spec),
      undo: { kind: 'irreversible', resource: spec.resource },
    }),

    reserveName: (
      name: string,
      spec: Omit<ReserveNameStep<Target, Facts>, 'kind' | 'name' | 'when'> & {
        when?: Scoped<Target, Facts, boolean>;
      },
    ): ReserveNameStep<Target, Facts> => ({ kind: 'reserve-name', name, when: () => true, ...spec }),
  };
}

/** A fact that an earlier step must have recorded. Missing means the steps are in the wrong order. */
export function known<Value>(fact: Value | undefined, name: string): Value {
  if (fact === undefined)
    throw new Error(`Fact '${name}' is not known yet: a step before this one must record it.`);
  return fact;
}
