/** Whether a subject is under a filter, as the server decides it: `*` stands for one token, a last `>` for one or more. */
export function isUnder(filter: string, subject: string): boolean {
  const wanted = filter.split('.');
  const tokens = subject.split('.');
  if (wanted.at(-1) === '>') {
    if (tokens.length < wanted.length) return false;
    return wanted.slice(0, -1).every((token, index) => token === '*' || token === tokens[index]);
  }
  return (
    tokens.length === wanted.length &&
    wanted.every((token, index) => token === '*' || token === tokens[index])
  );
}
