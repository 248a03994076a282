/** A page of elsewhere cannot read the console through this machine's browser. */
import { describe, expect, it } from 'vitest';
import { refusalOf } from '#services/console/request-guard.ts';

const own = { host: '127.0.0.1:4200', origin: undefined, fetchSite: undefined };

describe('the guard of the console', () => {
  it.each([
    ['a request without a browser', own],
    ['the page itself', { ...own, origin: 'http://127.0.0.1:4200', fetchSite: 'same-origin' }],
    ['an address typed by hand', { ...own, host: 'localhost:4200', fetchSite: 'none' }],
    ['the sixth version of the loopback address', { ...own, host: '[::1]:4200' }],
  ])('lets pass %s', (_case, request) => {
    expect(refusalOf(request)).toBeUndefined();
  });

  it.each([
    ['a foreign name that resolves to this machine', { ...own, host: 'evil.example:4200' }],
    ['a name that begins like this machine', { ...own, host: '127.0.0.1.evil.example:4200' }],
    ['no name at all', { ...own, host: undefined }],
    ['a script of another site', { ...own, origin: 'https://evil.example' }],
    ['a script of another port', { ...own, origin: 'http://127.0.0.1:4566' }],
    ['a page in a sandbox', { ...own, origin: 'null' }],
    ['an image of another site', { ...own, fetchSite: 'cross-site' }],
    ['a page of a neighbour', { ...own, fetchSite: 'same-site' }],
  ])('refuses %s', (_case, request) => {
    expect(refusalOf(request)).toEqual(expect.any(String));
  });
});
