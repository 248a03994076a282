/** I11: an answer belongs to one accepted command, and is true when it is given. */
import { z } from 'zod';
import type { Address } from '#contracts/address.ts';
import type { Invariant } from './evidence.ts';

const Answer = z.object({ outcome: z.string(), step: z.number().optional() });

export const answersMatch: Invariant = {
  id: 'I11',
  title: 'each answer matches one accepted command, and comes after the step it tells of',
  check: ({ happenings }) => {
    const asked = new Map<string, Address>();
    const outcomes = new Map<string, string>();
    const steps = new Map<Address, number>();
    const found: string[] = [];
    for (const happening of happenings) {
      if (happening.kind === 'committed') steps.set(happening.address, happening.record.step);
      const isAsked = happening.kind === 'accepted' || happening.kind === 'asked';
      if (isAsked && 'replyTo' in happening.envelope && happening.envelope.replyTo)
        asked.set(happening.envelope.replyTo, happening.envelope.to);
      if (happening.kind !== 'replied') continue;
      const { to } = happening;
      const address = asked.get(to);
      const answer = Answer.safeParse(happening.answer);
      if (address === undefined) found.push(`an answer to ${to}, which nobody asked`);
      else if (!answer.success) found.push(`an answer to ${to} that says nothing`);
      else {
        const { outcome, step } = answer.data;
        if ((outcomes.get(to) ?? outcome) !== outcome) found.push(`${to} was told two different outcomes`);
        if (step !== undefined && step > (steps.get(address) ?? 0))
          found.push(`${to} was told of step ${step} before it was stored`);
        outcomes.set(to, outcome);
      }
    }
    return found;
  },
};
