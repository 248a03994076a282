/** Addresses of NATS servers as people write them: `host`, `host:port`, `nats://user:password@host`, `tls://token@host`. */

/** What the client library wants: addresses without secrets, and the secrets apart. */
export type ServerAccess = { servers: string[]; user?: string; pass?: string; token?: string };

/** The first credentials in a list count for all its servers. They may be percent-encoded. */
export function serverAccessOf(addresses: readonly string[]): ServerAccess {
  const userInfo = addresses.map((address) => partsOf(address).userInfo).find((text) => text !== undefined);
  const servers = addresses.map(withoutCredentials);
  if (userInfo === undefined) return { servers };
  const [user = '', ...password] = userInfo.split(':');
  if (password.length === 0) return { servers, token: decodeURIComponent(user) };
  return { servers, user: decodeURIComponent(user), pass: decodeURIComponent(password.join(':')) };
}

/** An address that may be shown to anybody. */
export function withoutCredentials(address: string): string {
  const { scheme, place } = partsOf(address);
  return `${scheme}${place}`;
}

function partsOf(address: string): { scheme: string; userInfo: string | undefined; place: string } {
  const [, scheme = '', userInfo, place = ''] = /^([a-z]+:\/\/)?(?:(.*)@)?(.*)$/i.exec(address) ?? [];
  return { scheme, userInfo, place };
}
