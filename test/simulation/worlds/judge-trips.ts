/** Judges trips by their stored ends and by the attempts that really ran. */
import type { Address } from '#contracts/address.ts';
import type { Finding } from '../engine/run-result.ts';
import type { Evidence } from '../invariants/evidence.ts';
import { BRITTLE_ATTEMPTS, newsOf, type TripInput } from './trip.machine.ts';

export function judgeTrips(args: {
  trips: readonly TripInput[];
  evidence: Evidence;
  addressOf: (trip: number) => Address;
  tally: Address;
}): Finding[] {
  const { trips, evidence, addressOf, tally } = args;
  const found: Finding[] = [];
  const lost = (text: string): void => void found.push({ kind: 'lost', text });
  const counted = evidence.records.get(tally)?.state.context as {
    last?: Record<string, number>;
    wrong?: number;
  };
  if ((counted?.wrong ?? 0) > 0) lost(`${counted.wrong} news came out of order, again or not at all`);
  for (const [trip, { rounds }] of trips.entries()) {
    const record = evidence.records.get(addressOf(trip));
    const context = record?.state.context as Record<string, number> | undefined;
    if (!record || !context || record.status !== 'done') {
      lost(`trip ${trip} is ${record?.status ?? 'unknown'}`);
      continue;
    }
    if (context['landed'] !== rounds) lost(`trip ${trip} lost a leg`);
    if ((context['wrongNaps'] ?? 0) > 0) lost(`trip ${trip} took the nap of another visit for its own`);
    if ((context['wrongLegs'] ?? 0) > 0) lost(`trip ${trip} took the leg of another visit for its own`);
    if (context['brittleFailures'] !== rounds) lost(`trip ${trip} lost a failure`);
    const endings = record.state.context['endings'] as string[];
    if (!endings.every((code) => code === 'ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT'))
      lost(`trip ${trip} ended its endless activity by ${endings.join(', ')}`);
    const news = counted?.last?.[`t${trip}`];
    if (news !== newsOf(rounds)) lost(`${news ?? 0} of ${newsOf(rounds)} news of trip ${trip} arrived`);
  }
  return [...found, ...attemptsOf(evidence)];
}

/** No more attempts than allowed, and each only after the one before it failed. */
function attemptsOf({ happenings }: Evidence): Finding[] {
  const found: Finding[] = [];
  const failed = new Set<string>();
  for (const happening of happenings) {
    if (
      happening.kind === 'attempted' &&
      happening.name === 'brittle' &&
      happening.attempt > BRITTLE_ATTEMPTS
    )
      found.push({ kind: 'doubled', text: `attempt ${happening.attempt} of ${BRITTLE_ATTEMPTS} ran` });
    if (happening.kind === 'accepted' && happening.envelope.kind === 'activity-result') {
      const { to, childId, birth, attempt } = happening.envelope;
      failed.add(`${to}/${childId}#${birth}-${attempt}`);
    }
    if (happening.kind !== 'committed') continue;
    for (const effect of happening.effects) {
      if (effect.kind !== 'run-activity' || effect.task.attempt === 1) continue;
      const { actor, childId, birth, attempt } = effect.task;
      if (!failed.has(`${actor}/${childId}#${birth}-${attempt - 1}`))
        found.push({ kind: 'doubled', text: `attempt ${attempt} of ${childId} before the last one failed` });
    }
  }
  return found;
}
