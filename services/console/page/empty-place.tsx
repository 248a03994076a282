/** What stands where there is nothing to show: says why, and what to do. */
import type { ReactNode } from 'react';

export function EmptyPlace({
  title,
  text,
  children,
}: {
  title: string;
  text?: string;
  children?: ReactNode;
}) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {text !== undefined && <p className="empty-text">{text}</p>}
      {children}
    </div>
  );
}
