/** The actors that trees start with, of one core stream: those that moved lately, then each that moves. */
import type { ActorView } from '#contracts/actor-view.ts';
import { HEADER, STREAM, coreSubjects, isRootRecord } from '#contracts/subjects.ts';
import type { Bus } from '#bus/connect.ts';
import { readOrdered } from '#bus/ordered-reader.ts';
import type { Subscription } from '../ports.ts';
import { viewOf } from './jetstream-views.ts';

/**
 * Calls back with the views of root actors, the longest unchanged first: those stored from sequence `from` on, then
 * all that come. Reads no record, only the views in their headers, and survives restarts of the server.
 */
export async function followRoots(
  bus: Bus,
  args: { service: string; shard: number; from: number },
  onView: (view: ActorView) => void,
): Promise<Subscription> {
  const { service, shard, from } = args;
  const stream = STREAM.core(service, shard);
  const subjects = [coreSubjects(service, shard).records];
  return readOrdered(bus, { stream, subjects, from, headersOnly: true }, (message) => {
    if (!isRootRecord(message.subject)) return;
    const view = viewOf(message.header(HEADER.view));
    if (view) onView(view);
  });
}
