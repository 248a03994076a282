/** Checks the accounts that a pipeline names against those that are served. Pure. */
import type { Json } from '#contracts/json.ts';
import type { KnownAccounts } from '#contracts/known-accounts.ts';
import type { Pipeline } from '#contracts/pipeline.ts';
import { hasExpression } from './expressions.ts';
import { placeOf, type Problem } from './problem.ts';

const ACCOUNT_FIELDS = new Set(['account', 'credentials']);

/** One problem for each place that names an account nobody serves. */
export function accountProblems(pipeline: Pipeline, known: KnownAccounts): Problem[] {
  const names = new Set(known.accounts.map(({ name }) => name));
  const served = [...names].toSorted().join(', ') || 'none';
  return namedAccounts(pipeline.stages as Json, 'stages')
    .filter(({ name }) => !names.has(name) && !hasExpression(name))
    .map(({ name, place }) => ({
      code: 'ACCOUNT_UNKNOWN',
      place,
      message: `No Clouddriver serves the account '${name}'.`,
      remedy: `Use one of: ${served}. Or add the account to Clouddriver's accounts file.`,
    }));
}

function namedAccounts(value: Json, place: string): { name: string; place: string }[] {
  if (Array.isArray(value))
    return value.flatMap((entry, index) => namedAccounts(entry, placeOf(place, index)));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, entry]) => {
    const at = placeOf(place, key);
    // A webhook's payload is the receiver's business.
    if (key === 'payload') return [];
    return ACCOUNT_FIELDS.has(key) && typeof entry === 'string'
      ? [{ name: entry, place: at }]
      : namedAccounts(entry, at);
  });
}
