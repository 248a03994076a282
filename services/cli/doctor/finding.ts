/** What the doctor found at one place. */

export type Verdict =
  | 'ok'
  /** Worth a look; nothing is broken. */
  | 'warn'
  | 'wrong'
  /** Cannot be seen from here. */
  | 'unknown';

export type Finding = {
  check: string;
  verdict: Verdict;
  detail: string;
  /** What to do; absent when all is well. */
  remedy?: string;
};
