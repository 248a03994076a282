/** Reads third-party cases; where each comes from and its licence are in test/corpus/index.json. */
import { readdirSync, readFileSync } from 'node:fs';
import type { JsonObject } from '#contracts/json.ts';

const FOLDER = new URL('../../corpus/', import.meta.url);

/** The case whose file name starts with `number`. */
export function corpusCase(number: string): unknown {
  const file = readdirSync(FOLDER).find((name) => name.startsWith(`${number}-`));
  if (file === undefined) throw new Error(`There is no corpus case ${number}.`);
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
}

export type CorpusStage = {
  refId: string;
  type: string;
  name: string;
  context: JsonObject;
  syntheticStageOwner?: string;
  tasks: { name: string; status: string }[];
};
