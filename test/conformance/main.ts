/**
 * `npm run conformance`: the SCXML corpus through the durable runtime, in memory and on JetStream.
 *
 * A test counts when it passes on both. Failures are listed first; with `--json` each line is JSON and the last one is
 * `{"suite":"scxml","passed":N,"total":N}`. `--binding memory|jetstream` runs one of them alone.
 */
import { parseArgs } from 'node:util';
import { loadCorpus } from './scxml/corpus.ts';
import { runOnJetStream } from './scxml/jetstream-run.ts';
import { runInMemory } from './scxml/memory-run.ts';
import type { Verdict } from './scxml/verdict.ts';

type Tally = { suite: 'scxml'; binding: string; passed: number; total: number; seconds: number };

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, binding: { type: 'string' } },
});
const bindings = (['memory', 'jetstream'] as const).filter(
  (binding) => values.binding === undefined || values.binding === binding,
);
if (bindings.length === 0)
  throw new Error(`There is no binding '${values.binding}': use memory or jetstream.`);

const corpus = await loadCorpus();
const verdicts: Verdict[] = [];
for (const binding of bindings) {
  const startedAtMs = performance.now();
  const found = binding === 'memory' ? await inMemory() : await runOnJetStream(corpus);
  const passed = found.filter(({ failure }) => failure === undefined).length;
  verdicts.push(...found);
  for (const verdict of found) if (verdict.failure !== undefined) print({ failed: verdict });
  const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10;
  print({ suite: 'scxml', binding, passed, total: found.length, seconds });
}

const failed = new Set(verdicts.filter(({ failure }) => failure !== undefined).map(({ name }) => name));
const passed = corpus.length - failed.size;
if (values.json) console.log(JSON.stringify({ suite: 'scxml', passed, total: corpus.length }));
else console.log(`SCXML: ${passed} of ${corpus.length} tests pass on ${bindings.join(' and ')}`);
process.exitCode = failed.size === 0 ? 0 : 1;

async function inMemory(): Promise<Verdict[]> {
  const found: Verdict[] = [];
  for (const subject of corpus) found.push(await runInMemory(subject));
  return found;
}

function print(line: { failed: Verdict } | Tally): void {
  if (values.json) console.log(JSON.stringify(line));
  else if ('failed' in line)
    console.log(`FAILED ${line.failed.name} on ${line.failed.binding}: ${line.failed.failure}`);
  else console.log(`${line.binding}: ${line.passed} of ${line.total}`);
}
