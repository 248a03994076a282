/** Mutants of Clouddriver's provider: what AWS does is only half of the truth, and these believe it. */
import type { Mutant } from './mutant.ts';

const provider = 'services/clouddriver/providers/aws';

const of = (
  name: string,
  breaks: string,
  patch: { file: string; find: string; replace: string },
): Mutant => ({
  name,
  breaks,
  world: 'deployments',
  patches: [{ ...patch, file: `${provider}/${patch.file}` }],
});

export const CLOUD_MUTANTS: readonly Mutant[] = [
  of('unknown outcome is final', 'an answer that did not come ends the operation', {
    file: 'aws-failure.ts',
    find: 'if (NO_ANSWER.has(code) || status >= 500) return listed(unanswered(hint));',
    replace: "if (NO_ANSWER.has(code) || status >= 500) return listed('terminal');",
  }),
  of('compensation pretends', 'a launch template is said to be deleted and is not', {
    file: 'launch-templates.ts',
    find: "return deleteById(session, { id: found.LaunchTemplateId ?? '', call });",
    replace: "void deleteById;\n      return { outcome: 'undone' as const };",
  }),
];
