/** A JSON value, to be unfolded. React escapes every text. */
import type { Json } from '#contracts/json.ts';

const OPEN_ENTRIES_MAX = 12;

export function JsonView({ value, name, depth = 0 }: { value: Json; name?: string; depth?: number }) {
  const label = name === undefined ? null : <span className="json-key">{name}</span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div className="json-leaf">
        {label}{' '}
        <span className={`json-${value === null ? 'null' : typeof value}`}>{JSON.stringify(value)}</span>
      </div>
    );
  }
  const entries = Object.entries(value);
  if (entries.length === 0) {
    return (
      <div className="json-leaf">
        {label} <span className="json-null">{Array.isArray(value) ? '[]' : '{}'}</span>
      </div>
    );
  }
  return (
    <details className="json-node" open={depth === 0 && entries.length <= OPEN_ENTRIES_MAX}>
      <summary>
        {label}{' '}
        <span className="json-size">
          {Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}
        </span>
      </summary>
      {entries.map(([key, inside]) => (
        <JsonView key={key} name={key} value={inside} depth={depth + 1} />
      ))}
    </details>
  );
}
