/** What the page looks at. The address bar holds it, so that a link shows the same and the back button works. */
import { useCallback, useEffect, useState } from 'react';
import type { Address } from '#contracts/address.ts';

export type Choice = { root: Address | undefined; actor: Address | undefined };

/** The server checks addresses; what is none is as if nothing was chosen. */
function readChoice(): Choice {
  const query = new URLSearchParams(location.search);
  const read = (name: string): Address | undefined => (query.get(name) ?? undefined) as Address | undefined;
  const root = read('root');
  return { root, actor: read('actor') ?? root };
}

export function hrefOf({ root, actor }: Choice): string {
  const query = new URLSearchParams();
  if (root) query.set('root', root);
  if (actor && actor !== root) query.set('actor', actor);
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}

/** The choice, and how to choose anew. */
export function useChoice(): [Choice, (choice: Choice) => void] {
  const [choice, setChoice] = useState(readChoice);
  useEffect(() => {
    const onBack = (): void => setChoice(readChoice());
    addEventListener('popstate', onBack);
    return () => removeEventListener('popstate', onBack);
  }, []);
  const choose = useCallback((next: Choice) => {
    history.pushState(null, '', hrefOf(next));
    setChoice(next);
  }, []);
  return [choice, choose];
}
