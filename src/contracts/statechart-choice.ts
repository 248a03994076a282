/** Which of the statecharts that were stored for an actor's type is the one it runs. */
import type { ActorView } from './actor-view.ts';
import { partsOf } from './address.ts';
import type { StatechartDescription } from './statechart-description.ts';

/** Under which key the statecharts of an actor's type are kept together. */
export const statechartGroup = (service: string, type: string): string => `${service}:${type}`;

/** The group of an actor. */
export function statechartGroupOf({ address }: Pick<ActorView, 'address'>): string {
  const { service, type } = partsOf(address);
  return statechartGroup(service, type);
}

/** From the group of an actor, oldest first: by its structure, else the newest of its version, else the newest. */
export function chooseStatechart(
  known: readonly StatechartDescription[],
  { hash, version }: Pick<ActorView, 'hash' | 'version'>,
): StatechartDescription | undefined {
  return (
    known.findLast((one) => one.hash === hash && one.version === (version ?? one.version)) ??
    known.findLast((one) => one.version === version) ??
    known.at(-1)
  );
}
