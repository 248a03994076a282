/** The AWS side of the HTTP server: one POST is one call. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import type { AwsDouble, Outcome } from '../aws-double.ts';
import { AwsError } from '../wire/aws-error.ts';
import { parseCredentialScope, type ServiceCode } from '../wire/credential-scope.ts';
import { decodeForm } from '../wire/params.ts';
import { encodeError, encodeResult } from '../wire/response-xml.ts';

type HttpContext = Context<{ Bindings: HttpBindings }>;

export function awsEndpoint(double: AwsDouble): (context: HttpContext) => Promise<Response> {
  return async (context) => {
    const form = decodeForm(await context.req.text());
    const { Action: action, Version: _version, ...params } = form;
    let service: ServiceCode = 'sts';
    try {
      const scope = parseCredentialScope(context.req.header('authorization'));
      service = scope.service;
      if (typeof action !== 'string') throw new AwsError('MissingAction', 'The request is missing an action');
      const outcome = double.perform({ ...scope, action, params });
      return await answer(context, { service, action, outcome });
    } catch (error) {
      const refusal = error instanceof AwsError ? error : internalError(error);
      const requestId = 'none';
      return xml(
        encodeError({ service, action: typeof action === 'string' ? action : '', requestId }, refusal),
        {
          status: refusal.status,
          requestId,
        },
      );
    }
  };
}

async function answer(
  context: HttpContext,
  performed: { readonly service: ServiceCode; readonly action: string; readonly outcome: Outcome },
): Promise<Response> {
  const { service, action, outcome } = performed;
  if (outcome.delayMs > 0) await sleep(outcome.delayMs);
  if (outcome.reset) {
    context.env.incoming.socket.resetAndDestroy();
    return RESPONSE_ALREADY_SENT;
  }
  const { requestId, error, result } = outcome;
  const asked = { service, action, requestId };
  if (error !== undefined) return xml(encodeError(asked, error), { status: error.status, requestId });
  return xml(encodeResult(asked, result ?? {}), { status: 200, requestId });
}

function xml(body: string, head: { readonly status: number; readonly requestId: string }): Response {
  const headers = { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': head.requestId };
  return new Response(body, { status: head.status, headers });
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
