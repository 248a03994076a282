/**
 * Where a subject does not behave as AWS does: exactly what it does instead, and the page that decides.
 * `docs/aws-differences.md` says the same for people; a test keeps the two equal.
 */
import type { Json } from '#contracts/json.ts';
import type { SubjectName } from './provider-subject.ts';

export interface Difference {
  readonly behaviour: string;
  readonly subject: SubjectName;
  readonly observed: Json;
  /** The page of the AWS documentation that says what is right. */
  readonly page: string;
}

export const DIFFERENCES: readonly Difference[] = [];
