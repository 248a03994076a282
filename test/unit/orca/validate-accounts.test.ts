import { describe, expect, it } from 'vitest';
import { Pipeline } from '#contracts/pipeline.ts';
import { accountProblems } from '#machines/orca/validate-accounts.ts';

const known = {
  v: 1 as const,
  accounts: [
    { name: 'test', regions: ['us-east-1'] },
    { name: 'prod', regions: [] },
  ],
};
const pipeline = (stages: unknown[]): Pipeline =>
  Pipeline.parse({ application: 'payments', name: 'p', stages });

describe('the accounts a pipeline names', () => {
  it('are refused where nobody serves them, with the place and those that are served', () => {
    const found = accountProblems(
      pipeline([
        { type: 'resizeServerGroup', credentials: 'test' },
        { type: 'deploy', clusters: [{ account: 'test' }, { account: 'staging' }] },
      ]),
      known,
    );
    expect(found).toEqual([
      {
        code: 'ACCOUNT_UNKNOWN',
        place: 'stages[1].clusters[1].account',
        message: "No Clouddriver serves the account 'staging'.",
        remedy: "Use one of: prod, test. Or add the account to Clouddriver's accounts file.",
      },
    ]);
  });

  it('are left alone when they are expressions, or part of what a webhook sends', () => {
    const stages = [
      { type: 'destroyServerGroup', credentials: '${parameters.account}' },
      { type: 'webhook', url: 'http://localhost', payload: { account: 'anything' } },
    ];
    expect(accountProblems(pipeline(stages), known)).toEqual([]);
  });
});
