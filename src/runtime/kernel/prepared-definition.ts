/** A registered definition with all that the kernel prepared for it. */
import type { StatechartDescription } from '#contracts/statechart-description.ts';
import type { ActorDefinition } from '../actor-definition.ts';
import { RegistrationError, RuntimeError } from '../runtime-error.ts';
import type { ChildLogic } from './child-logic.ts';
import { describeMachine, hashOf } from './describe-machine.ts';
import { eventMatcherOf, type EventMatcher } from './event-matcher.ts';
import { actionActivities, customActionsOf } from './custom-actions.ts';
import type { InlineActivity, RegisteredDefinition } from './kernel.ts';
import { lintMachine } from './lint-machine.ts';
import { prepareMachine } from './prepare-machine.ts';
import { internalsOf, type MachineInternals } from './xstate-internals.ts';

/** XState remembers each event type it ever saw, per machine; after so many that no state names, the machine is renewed. */
const UNNAMED_TYPES_MAX = 10_000;

export type PreparedDefinition = RegisteredDefinition & {
  readonly logicBySrc: ReadonlyMap<string, ChildLogic>;
  readonly events: EventMatcher;
  readonly customActions: ReturnType<typeof customActionsOf>;
  /** The machine for one step; `renew` may replace it between steps. */
  machine: MachineInternals;
  /** Notes an event type about to be given to XState. */
  noteType: (type: string) => void;
  /** Replaces the machine when it remembers too much. Called between steps only. */
  renew: () => void;
  describe: () => StatechartDescription;
};

/** @throws RegistrationError with every problem and its remedy. */
export function prepareDefinition(definition: ActorDefinition): PreparedDefinition {
  const pure = prepareMachine(definition.machine);
  const original = internalsOf(definition.machine);
  const { problems, warnings, logicBySrc } = lintMachine(definition, {
    machine: original,
    logicBySrc: pure.logicBySrc,
  });
  if (problems.length > 0) throw new RegistrationError(definition.type, [...new Set(problems)]);
  const { root } = pure.machine;
  const hash = hashOf(root);
  const events = eventMatcherOf(root);
  const customActions = customActionsOf(pure.machine);
  const unnamed = new Set<string>();
  const prepared: PreparedDefinition = {
    definition,
    hash,
    warnings,
    inlineActivities: new Map([...inlineActivitiesOf(logicBySrc), ...actionActivities(customActions)]),
    customActions,
    logicBySrc,
    events,
    machine: pure.machine,
    noteType: (type) => {
      if (!events.names(type)) unnamed.add(type);
    },
    renew: () => {
      if (unnamed.size < UNNAMED_TYPES_MAX) return;
      unnamed.clear();
      prepared.machine = prepareMachine(definition.machine).machine;
    },
    describe: () => describeMachine(definition, { root, hash, logicBySrc }),
  };
  return prepared;
}

/** @throws RuntimeError `FOREIGN_DEFINITION` for what another kernel registered. */
export function preparedOf(registered: RegisteredDefinition): PreparedDefinition {
  if ('logicBySrc' in registered) return registered as PreparedDefinition;
  throw new RuntimeError(
    'FOREIGN_DEFINITION',
    `The definition '${registered.definition.type}' was registered by another kernel. Register it with this one.`,
  );
}

function inlineActivitiesOf(
  logicBySrc: ReadonlyMap<string, ChildLogic>,
): ReadonlyMap<string, InlineActivity> {
  const inline = new Map<string, InlineActivity>();
  for (const [src, logic] of logicBySrc) {
    if (logic.kind === 'activity' && logic.inline !== undefined) inline.set(src, logic.inline);
  }
  return inline;
}
