/** I12: credentials are in no stored byte. */
import type { Invariant } from './evidence.ts';

export const noSecrets: Invariant = {
  id: 'I12',
  title: 'secrets are never in any stored byte',
  check: ({ happenings, secrets }) => {
    if (secrets.length === 0) return [];
    // Credentials are letters, digits and dashes: nothing to escape.
    const pattern = new RegExp(secrets.join('|'));
    return happenings.flatMap((happening) => {
      if (happening.kind === 'committed' && pattern.test(happening.stored))
        return [`${happening.address} step ${happening.record.step} stores a secret`];
      if (happening.kind === 'accepted' && pattern.test(happening.raw))
        return [`${happening.envelope.id} carries a secret`];
      return [];
    });
  },
};
