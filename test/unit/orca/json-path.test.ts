import { describe, expect, it } from 'vitest';
import { parseJsonPath, readJsonPath } from '#machines/orca/json-path.ts';

const value = { job: { state: 'done', 'build id': 7 }, list: [{ a: 1 }, { a: 2 }] };

describe('readJsonPath', () => {
  it.each([
    ['$.job.state', 'done'],
    ['job.state', 'done'],
    [`$['job']["build id"]`, 7],
    ['$.list[1].a', 2],
    ['$.list[7].a', undefined],
    ['$.job.constructor', undefined],
    ['$', value],
  ])('reads %s', (path, expected) => {
    expect(readJsonPath(value, path)).toEqual(expected);
  });

  it.each(['$..state', '$.list[*].a', '$.list[?(@.a)]', '$.'])('does not know %s', (path) => {
    expect(parseJsonPath(path)).toBeNull();
  });
});
