/** Pagination by opaque token, as every Describe action has it. */
import { AwsError } from './aws-error.ts';

export interface Page<T> {
  readonly entries: T[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

export interface PageRequest {
  readonly token?: string | undefined;
  readonly sizeMax: number;
}

/** @throws AwsError InvalidNextToken */
export function pageOf<T>(all: readonly T[], request: PageRequest): Page<T> {
  let start = 0;
  if (request.token !== undefined && request.token !== '') {
    start = Number(
      Buffer.from(request.token, 'base64url')
        .toString()
        .replace(/^after:/, ''),
    );
    if (!Number.isInteger(start) || start < 0) {
      throw new AwsError('InvalidNextToken', `The token '${request.token}' is invalid.`);
    }
  }
  const end = start + request.sizeMax;
  const entries = all.slice(start, end);
  if (end >= all.length) return { entries };
  return { entries, nextToken: Buffer.from(`after:${end}`).toString('base64url') };
}
