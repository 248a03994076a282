/** The SCXML corpus on the bus in memory, each actor rehydrated by a new node before every event. */
import { describe, expect, it } from 'vitest';
import { loadCorpus } from './scxml/corpus.ts';
import { runInMemory } from './scxml/memory-run.ts';

const corpus = await loadCorpus();

describe('SCXML in memory', () => {
  it('has the 169 tests that XState enables for itself', () => {
    expect(corpus).toHaveLength(169);
  });

  it.each(corpus.map((subject) => ({ name: subject.name, subject })))('passes $name', async ({ subject }) => {
    expect(await runInMemory(subject)).toEqual({ name: subject.name, binding: 'memory', failure: undefined });
  });

  it('fails when a configuration is another one than the test demands', async () => {
    const [subject] = corpus.filter(({ name }) => name === 'basic/basic1');
    if (subject === undefined) throw new Error('basic1 is missing');
    const [event] = subject.script.events;
    if (event === undefined) throw new Error('basic1 has no event');
    const wrong = { ...subject.script, events: [{ ...event, nextConfiguration: ['a'] }] };
    expect((await runInMemory({ ...subject, script: wrong })).failure).toBe(
      `after event 1 ('t'): expected a, is b`,
    );
  });
});
