/** Plants one violation, so that a rule is seen to find it: a rule that never fires is worth nothing. */
import type { Finding, Rule, SourceFile } from './source-file.ts';

export function file(path: string, text: string): SourceFile {
  return { path, text };
}

/** `path:line` of everything a rule finds in one planted file. */
export function placesFound(rule: Rule, path: string, text: string): string[] {
  return rule([file(path, text)]).map((finding: Finding) => `${finding.path}:${finding.line}`);
}
