import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseParameters, readPipelineFile, requestOf } from '#services/cli/pipeline-file.ts';

const PIPELINE = { application: 'a', name: 'n', stages: [{ type: 'wait', waitTime: 1 }] };

describe('readPipelineFile', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'windlass-pipeline-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  const read = async (name: string, text: string) => {
    const file = path.join(folder, name);
    await writeFile(file, text);
    return readPipelineFile(file);
  };

  it('takes a bare pipeline as JSON', async () => {
    expect(await read('bare.json', JSON.stringify(PIPELINE))).toMatchObject({
      request: { pipeline: PIPELINE },
    });
  });

  it('takes a whole request as YAML', async () => {
    const text = 'user: ada\npipeline: {application: a, name: n, stages: [{type: wait, waitTime: 1}]}\n';
    expect(await read('request.yaml', text)).toMatchObject({ request: { user: 'ada', pipeline: PIPELINE } });
  });

  it.each([
    ['broken.json', '{"application": ', 'JSON_INVALID'],
    ['broken.yaml', 'a: [1, 2', 'YAML_INVALID'],
    ['large.json', JSON.stringify({ ...PIPELINE, description: 'x'.repeat(300_000) }), 'REQUEST_TOO_LARGE'],
  ])('tells what is wrong with %s', async (name, text, code) => {
    expect(await read(name, text)).toMatchObject({ problems: [{ code, place: '$' }] });
  });

  it('says which file cannot be read', async () => {
    await expect(readPipelineFile(path.join(folder, 'none.json'))).rejects.toMatchObject({
      text: { code: 'FILE_UNREADABLE', exitCode: 2 },
    });
  });
});

describe('requestOf', () => {
  it('names the place as the user wrote it', () => {
    const wrong = { ...PIPELINE, stages: [{ type: 7 }] };
    expect(requestOf(wrong)).toMatchObject({ problems: [{ place: '$.stages[0].type' }] });
    expect(requestOf({ pipeline: wrong })).toMatchObject({
      problems: [{ place: '$.pipeline.stages[0].type' }],
    });
  });
});

describe('parseParameters', () => {
  it('keeps text as text and reads JSON after ":="', () => {
    expect(parseParameters(['version=1.10', 'count:=3', 'url=http://h/?a=b', 'empty='])).toEqual({
      version: '1.10',
      count: 3,
      url: 'http://h/?a=b',
      empty: '',
    });
  });

  it.each(['name', '=value', 'count:=three'])('refuses %s as a fault in usage', (word) => {
    expect(() => parseParameters([word])).toThrow(
      expect.objectContaining({ text: expect.objectContaining({ code: 'PARAMETER_INVALID', exitCode: 2 }) }),
    );
  });
});
