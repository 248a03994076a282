/** One call as text in, one answer as text out: what the HTTP server and everything without one share. */
import type { AwsDouble } from '../aws-double.ts';
import { AwsError } from '../wire/aws-error.ts';
import { parseCredentialScope, type ServiceCode } from '../wire/credential-scope.ts';
import { decodeForm } from '../wire/params.ts';
import { encodeError, encodeResult } from '../wire/response-xml.ts';

export interface CallText {
  /** Header `authorization`: it says who asks which service in which region. */
  readonly authorization: string | undefined;
  /** Form-encoded. */
  readonly body: string;
}

export interface AnswerText {
  readonly status: number;
  readonly headers: { readonly 'content-type': string; readonly 'x-amzn-requestid': string };
  readonly body: string;
  /** How long the answer is to be kept back. */
  readonly delayMs: number;
  /** The connection is to break instead of an answer. */
  readonly reset: boolean;
}

/** Carries out a call at once. Never throws: what goes wrong is an answer, too. */
export function answerCall(double: AwsDouble, call: CallText): AnswerText {
  let service: ServiceCode = 'sts';
  let name = '';
  try {
    const { Action: action, Version: _version, ...params } = decodeForm(call.body);
    if (typeof action === 'string') name = action;
    const scope = parseCredentialScope(call.authorization);
    service = scope.service;
    if (typeof action !== 'string') throw new AwsError('MissingAction', 'The request is missing an action');
    const { requestId, error, result, delayMs, reset } = double.perform({ ...scope, action, params });
    const asked = { service, action, requestId };
    const body = error === undefined ? encodeResult(asked, result ?? {}) : encodeError(asked, error);
    return { ...xml(body, { status: error?.status ?? 200, requestId }), delayMs, reset };
  } catch (error) {
    const refusal = error instanceof AwsError ? error : internalError(error);
    const requestId = 'none';
    const body = encodeError({ service, action: name, requestId }, refusal);
    return { ...xml(body, { status: refusal.status, requestId }), delayMs: 0, reset: false };
  }
}

function xml(body: string, head: { readonly status: number; readonly requestId: string }) {
  const headers = { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': head.requestId };
  return { status: head.status, headers, body };
}

/** A fault of the double itself must not look like one of AWS: its text says where to look. */
function internalError(error: unknown): AwsError {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new AwsError(
    'DoubleInternalError',
    `The AWS double itself failed. This is a bug in it: ${text}`,
    500,
  );
}
