/** The AWS side of the HTTP server: one POST is one call. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import type { AwsDouble } from '../aws-double.ts';
import { answerCall } from './answer-call.ts';

type HttpContext = Context<{ Bindings: HttpBindings }>;

export function awsEndpoint(double: AwsDouble): (context: HttpContext) => Promise<Response> {
  return async (context) => {
    const body = await context.req.text();
    const answer = answerCall(double, { authorization: context.req.header('authorization'), body });
    if (answer.delayMs > 0) await sleep(answer.delayMs);
    if (answer.reset) {
      context.env.incoming.socket.resetAndDestroy();
      return RESPONSE_ALREADY_SENT;
    }
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  };
}
