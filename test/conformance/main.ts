/**
 * `npm run conformance`: the SCXML corpus through the durable runtime, in memory and on JetStream.
 *
 * A test counts when it passes on both. Failures are listed first; with `--json` each line is JSON and the last one is
 * `{"suite":"scxml","passed":N,"total":N}`. `--binding memory|jetstream` runs one of them alone.
 *
 * `--fuzz --seeds N` compares random statecharts with XState's own live actor instead, 100 for each seed.
 */
import { parseArgs } from 'node:util';
import { loadCorpus, type ScxmlCase } from './scxml/corpus.ts';
import { runOnJetStream } from './scxml/jetstream-run.ts';
import { runInMemory } from './scxml/memory-run.ts';
import { runCampaign } from './fuzz/campaign.ts';
import type { Verdict } from './scxml/verdict.ts';

type Tally = { suite: 'scxml'; binding: string; passed: number; total: number; seconds: number };

const MACHINES_PER_SEED = 100;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    binding: { type: 'string' },
    fuzz: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '10' },
  },
});

process.exitCode = (values.fuzz ? await fuzz(Number(values.seeds)) : await scxml(values.binding)) ? 0 : 1;

async function scxml(wanted: string | undefined): Promise<boolean> {
  const bindings = (['memory', 'jetstream'] as const).filter(
    (name) => wanted === undefined || wanted === name,
  );
  if (bindings.length === 0) throw new Error(`There is no binding '${wanted}': use memory or jetstream.`);
  const corpus = await loadCorpus();
  const failed = new Set<string>();
  for (const binding of bindings) {
    const startedAtMs = performance.now();
    const verdicts = binding === 'memory' ? await inMemory(corpus) : await runOnJetStream(corpus);
    const failures = verdicts.filter(({ failure }) => failure !== undefined);
    for (const verdict of failures) {
      failed.add(verdict.name);
      print({ failed: verdict });
    }
    const [total, seconds] = [verdicts.length, Math.round((performance.now() - startedAtMs) / 100) / 10];
    print({ suite: 'scxml', binding, passed: total - failures.length, total, seconds });
  }
  const passed = corpus.length - failed.size;
  if (values.json) console.log(JSON.stringify({ suite: 'scxml', passed, total: corpus.length }));
  else console.log(`SCXML: ${passed} of ${corpus.length} tests pass on ${bindings.join(' and ')}`);
  return failed.size === 0;
}

async function inMemory(corpus: readonly ScxmlCase[]): Promise<Verdict[]> {
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

/** Seeds 1 to `seeds`. */
async function fuzz(seeds: number): Promise<boolean> {
  const sum = { machines: 0, compared: 0, different: 0 };
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { machines, compared, failure } = await runCampaign({ seed, machines: MACHINES_PER_SEED });
    sum.machines += machines;
    sum.compared += compared;
    if (failure === undefined) continue;
    sum.different += 1;
    console.log(JSON.stringify({ seed, failure }));
  }
  console.log(JSON.stringify({ suite: 'fuzz', seeds, ...sum }));
  return sum.different === 0;
}
