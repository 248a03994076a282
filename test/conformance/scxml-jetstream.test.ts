/** The SCXML corpus on a real nats-server, the worker killed before every event. */
import { expect, it } from 'vitest';
import { loadCorpus } from './scxml/corpus.ts';
import { runOnJetStream } from './scxml/jetstream-run.ts';

const RUN_TIMEOUT_MS = 600_000;

it(
  'passes every enabled test of the SCXML corpus on JetStream when its worker is killed before every event',
  async () => {
    const corpus = await loadCorpus();
    const verdicts = await runOnJetStream(corpus);
    expect(verdicts.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(verdicts).toHaveLength(169);
  },
  RUN_TIMEOUT_MS,
);
