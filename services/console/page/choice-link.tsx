/** A link to another choice: a plain link for keyboard, middle click and copying, without loading the page again. */
import type { AnchorHTMLAttributes } from 'react';
import { hrefOf, type Choice } from './page-choice.ts';

export type ChoiceLinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'onClick'> & {
  choice: Choice;
  choose: (choice: Choice) => void;
};

export function ChoiceLink({ choice, choose, ...rest }: ChoiceLinkProps) {
  return (
    <a
      {...rest}
      href={hrefOf(choice)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        choose(choice);
      }}
    />
  );
}
