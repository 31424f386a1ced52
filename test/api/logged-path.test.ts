import assert from 'node:assert/strict';
import { loggedPath, wordsOfPaths } from '../../api/logged-path.ts';

describe('the path of a request in the log', () => {
  const words = wordsOfPaths(['/v1/customers/{id}/notes', '/consent/{token}', '/livez']);
  const id = '01a20cef-dffa-70f5-893d-e1337e15ac67';
  const cases: [url: string, logged: string][] = [
    [`/v1/customers/${id}/notes?cursor=x`, `/v1/customers/${id}/notes`],
    ['/v1/customers/Ann%20Field/notes', '/v1/customers/…/notes'],
    ['/v1/customers/ann@example.com', '/v1/customers/…'],
    [`/consent/${'a'.repeat(43)}`, '/consent/…'],
    [`/CONSENT/${'a'.repeat(43)}`, '/CONSENT/…'],
    [`http://elsewhere.example/consent/${'a'.repeat(43)}`, '/consent/…'],
    ['/livez', '/livez'],
    ['/', '/'],
  ];
  for (const [url, logged] of cases) {
    it(`${url.slice(0, 40)} is ${logged}`, () => assert.equal(loggedPath(url, words), logged));
  }
});
