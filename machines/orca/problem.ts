/** A fault in what a user wrote: one clear line with code, place and remedy. */
export type Problem = {
  /** Stable and searchable, e.g. `STAGE_CYCLE`. */
  code: string;
  /** Where, as a JSON path: `stages[3].requisiteStageRefIds[0]`. */
  place: string;
  /** What is wrong. */
  message: string;
  /** What to write instead. */
  remedy: string;
};

/** Joins a path and a key: `stages[3]` and `waitTime` give `stages[3].waitTime`. */
export function placeOf(base: string, key: string | number): string {
  if (typeof key === 'number') return `${base}[${key}]`;
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${base}[${JSON.stringify(key)}]`;
  return base === '' ? key : `${base}.${key}`;
}
