/** What came of a run of the corpus. */
export type Verdict = { name: string; binding: 'memory' | 'jetstream'; failure: string | undefined };

/** Undefined when both are the same set of states. */
export function difference(args: {
  expected: readonly string[];
  actual: readonly string[];
  when: string;
}): string | undefined {
  const expected = args.expected.toSorted().join(' ');
  const actual = args.actual.toSorted().join(' ');
  return expected === actual ? undefined : `${args.when}: expected ${expected}, is ${actual}`;
}

/** Whether the document's first configuration is the same for every processor: with external events of its own it is not. */
export function comparesInitial({ type, events }: { type: string; events: readonly unknown[] }): boolean {
  return events.length === 0 || !type.startsWith('scxmlW3cEcma');
}
