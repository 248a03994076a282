/** The time of a step, given by the runtime: machines read no clock. */

/**
 * Epoch milliseconds of the step that runs this action. The same for all actions of one step, never before
 * the time of an earlier step's timers. Pass an action's own arguments: `assign(({ context, system }) => …)`.
 */
export function stepTimeMs(args: { system: unknown }): number {
  const time = (args.system as { stepTimeMs?: number }).stepTimeMs;
  if (time === undefined) throw new Error('This machine needs the step time: run it through the runtime.');
  return time;
}
