import type { Request } from 'express';
import { HttpProblem } from '../http-errors.ts';

/**
 * Refuses what another site made the browser send: first by Sec-Fetch-Site, which pages cannot forge; without
 * it (http other than localhost, old browsers) by Origin, whose host must be the one that was asked.
 * A request without either is no browser's.
 */
export function requireSameOrigin(request: Request): void {
  const site = request.get('sec-fetch-site');
  const origin = request.get('origin');
  const isOurs =
    site === undefined
      ? origin === undefined || hostOf(origin) === request.get('host')
      : site === 'same-origin';
  if (!isOurs) throw crossSite('The request came from a page of another site. Use the console itself.');
}

/** A request that changes something by cookie must also carry a header that forms and links cannot send. */
export function requireConsole(request: Request): void {
  requireSameOrigin(request);
  if (request.get('x-requested-by') === undefined)
    throw crossSite('With a session cookie send the header X-Requested-By; programs use an API key instead.');
}

function crossSite(detail: string): HttpProblem {
  return new HttpProblem(403, 'cross-site-request', 'The request is not from the console', detail);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
