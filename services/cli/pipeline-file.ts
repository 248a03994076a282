/** Reads what a user wrote: a bare pipeline or a whole deploy request, as JSON or YAML. */
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { parse as parseYaml } from 'yaml';
import type { Json, JsonObject } from '#contracts/json.ts';
import { DeployRequest } from '#contracts/pipeline.ts';
import { REQUEST_SIZE_BYTES_MAX, type RequestProblem } from '#contracts/user-request.ts';
import { CliError, EXIT } from './cli-error.ts';

export type PipelineFile = { request: DeployRequest } | { problems: RequestProblem[] };

/** `-` reads standard input. @throws CliError `FILE_UNREADABLE` */
export async function readPipelineFile(file: string): Promise<PipelineFile> {
  const text = await read(file);
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > REQUEST_SIZE_BYTES_MAX) {
    return problem({
      code: 'REQUEST_TOO_LARGE',
      place: '$',
      message: `The file has ${sizeBytes} bytes; the limit is ${REQUEST_SIZE_BYTES_MAX}.`,
      remedy: 'Keep large payloads outside the pipeline and refer to them.',
    });
  }
  let written: unknown;
  try {
    written = /\.json$/i.test(file) ? JSON.parse(text) : parseYaml(text);
  } catch (error) {
    return problem({
      code: /\.json$/i.test(file) ? 'JSON_INVALID' : 'YAML_INVALID',
      place: '$',
      message: `The file cannot be parsed: ${(error as Error).message}`,
      remedy: 'Correct the syntax; nothing was started.',
    });
  }
  return requestOf(written);
}

/** Wraps a bare pipeline into a request; a request is taken as it is. */
export function requestOf(written: unknown): PipelineFile {
  const isRequest = typeof written === 'object' && written !== null && 'pipeline' in written;
  const parsed = DeployRequest.safeParse(isRequest ? written : { pipeline: written });
  if (parsed.success) return { request: parsed.data };
  return {
    problems: parsed.error.issues.slice(0, 20).map((issue) => ({
      code: 'FIELD_INVALID',
      place: placeOf(isRequest ? issue.path : issue.path.slice(1)),
      message: issue.message,
      remedy: 'Correct this field; nothing was started.',
    })),
  };
}

/** `name=text` or `name:=json`. @throws CliError `PARAMETER_INVALID` */
export function parseParameters(words: readonly string[]): JsonObject {
  return Object.fromEntries(words.map(parseParameter));
}

function parseParameter(word: string): [string, Json] {
  const [, name, operator, value = ''] = /^([^=:]+)(:?=)(.*)$/s.exec(word) ?? [];
  if (name === undefined) throw parameterInvalid(word, 'It has no "=".');
  if (operator === '=') return [name, value];
  try {
    return [name, JSON.parse(value) as Json];
  } catch (error) {
    throw parameterInvalid(word, `What follows ":=" is not JSON: ${(error as Error).message}.`);
  }
}

function parameterInvalid(word: string, why: string): CliError {
  return new CliError({
    code: 'PARAMETER_INVALID',
    what: `The parameter '${word}' cannot be read.`,
    why,
    next: 'Write --param name=text, or --param name:=json for numbers, lists and objects.',
    exitCode: EXIT.usage,
  });
}

async function read(file: string): Promise<string> {
  if (file === '-') return readAll(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CliError(
      {
        code: 'FILE_UNREADABLE',
        what: `The file ${file} cannot be read.`,
        why: (cause as Error).message,
        next: 'Give the path of a pipeline, for example: windlass pipeline run examples/pipelines/01-red-black-two-regions.json',
        exitCode: EXIT.usage,
      },
      { cause },
    );
  }
}

function problem(fault: RequestProblem): PipelineFile {
  return { problems: [fault] };
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`),
    '$',
  );
}
