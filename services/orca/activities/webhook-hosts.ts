/** Which URLs webhooks may call. */
import { ActivityFailed } from '#runtime/activity.ts';

/**
 * The URL, when its host is on the list: `host` allows every port of it, `host:port` only that one.
 * @throws ActivityFailed `WEBHOOK_URL_INVALID` or `WEBHOOK_HOST_FORBIDDEN`, both terminal
 */
export function allowedUrl(text: string, allowedHosts: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username !== '' ||
    url.password !== ''
  ) {
    throw refused(
      'WEBHOOK_URL_INVALID',
      `'${text.slice(0, 256)}' is not a URL that can be called. Use http or https, without a user and password in it.`,
    );
  }
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const candidates = [url.hostname, `${url.hostname}:${port}`];
  if (!allowedHosts.some((host) => candidates.includes(host.toLowerCase()))) {
    throw refused(
      'WEBHOOK_HOST_FORBIDDEN',
      `Webhooks to '${url.host}' are not allowed. Add it to WINDLASS_WEBHOOK_HOSTS, or call another host.`,
    );
  }
  return url;
}

function refused(code: string, message: string): ActivityFailed {
  return new ActivityFailed({ code, message, kind: 'terminal' });
}
