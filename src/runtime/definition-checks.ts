/**
 * What a definition demands of the values that reach its machine, and of those that leave it. What does not fit is
 * refused at the door of the actor, wherever it comes from: a client's types hold nobody who writes to the bus.
 */
import type { ActorEvent, Envelope } from '#contracts/envelope.ts';
import type { ActorDefinition } from './actor-definition.ts';

/** A value that fits, with defaults filled in; or what is wrong with it, for a person. */
export type Checked<Value> = { value: Value } | { problem: string };

export type DefinitionChecks = {
  input?: (input: unknown) => Checked<unknown>;
  event?: (event: ActorEvent) => Checked<ActorEvent>;
  output?: (output: unknown) => Checked<unknown>;
  context?: (context: unknown) => Checked<unknown>;
};

/** The envelope as the machine may see it, or why it must not. Lifecycle events are the runtime's own. */
export function checkEnvelope(definition: ActorDefinition, envelope: Envelope): Checked<Envelope> {
  const { checks } = definition;
  if (checks === undefined) return { value: envelope };
  if (envelope.kind === 'start' && checks.input) {
    const checked = checks.input(envelope.input);
    if ('problem' in checked) return { problem: `INPUT_INVALID: ${checked.problem}` };
    const { input: _given, ...rest } = envelope;
    return { value: { ...rest, ...(checked.value === undefined ? {} : { input: checked.value as never }) } };
  }
  if (envelope.kind === 'event' && checks.event && !/^(?:xstate|windlass)\./.test(envelope.event.type)) {
    const checked = checks.event(envelope.event);
    if ('problem' in checked) return { problem: `EVENT_INVALID: ${checked.problem}` };
    return { value: { ...envelope, event: checked.value } };
  }
  return { value: envelope };
}
