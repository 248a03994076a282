/**
 * Keeps other web sites out. The console has no users: whoever reaches it may read, so it listens on this machine
 * alone, and a page of elsewhere must not reach it through this machine's browser.
 *
 * G1 The Host header names this machine: a foreign name that was made to resolve to it (DNS rebinding) is refused.
 * G2 A request that a foreign page makes is refused, whichever way it is made.
 */
import type { MiddlewareHandler } from 'hono';

const HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Everything the page needs comes from here, and nothing in it may come from elsewhere. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** What a request says of where it comes from. */
export type RequestOrigin = {
  host: string | undefined;
  origin: string | undefined;
  /** `Sec-Fetch-Site`, which only a browser can set. */
  fetchSite: string | undefined;
};

/** Why a request is refused; undefined when it may pass. */
export function refusalOf({ host = '', origin, fetchSite }: RequestOrigin): string | undefined {
  const name = host.replace(/:\d+$/, '');
  if (!HOSTS.has(name)) return `The console answers on this machine only, not as '${name}'.`;
  if (origin !== undefined && origin !== `http://${host}`) return 'Another web site asked.';
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') {
    return 'Another web site asked.';
  }
  return undefined;
}

export const guardRequests: MiddlewareHandler = async (context, next) => {
  const { req: request } = context;
  const refusal = refusalOf({
    host: request.header('host'),
    origin: request.header('origin'),
    fetchSite: request.header('sec-fetch-site'),
  });
  if (refusal !== undefined) return context.text(`${refusal}\n`, 403);
  await next();
  // Afterwards: what is set before is lost when a handler answers with a response of its own.
  for (const [header, value] of Object.entries(SECURITY_HEADERS)) context.header(header, value);
  return undefined;
};
