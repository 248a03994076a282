import { describe, expect, it } from 'vitest';
import { serverAccessOf, withoutCredentials } from '#bus/server-address.ts';

describe('serverAccessOf', () => {
  it.each([
    [['127.0.0.1:4222'], { servers: ['127.0.0.1:4222'] }],
    [['nats://h:1', 'h2'], { servers: ['nats://h:1', 'h2'] }],
    [['nats://ada:se:cr%40t@h:1', 'h2'], { servers: ['nats://h:1', 'h2'], user: 'ada', pass: 'se:cr@t' }],
    [['tls://t0ken@h'], { servers: ['tls://h'], token: 't0ken' }],
  ])('reads %j', (addresses, access) => {
    expect(serverAccessOf(addresses)).toEqual(access);
  });
});

describe('withoutCredentials', () => {
  it('shows no secret', () => {
    expect(withoutCredentials('nats://ada:secret@h:4222')).toBe('nats://h:4222');
  });
});
