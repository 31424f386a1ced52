import { createHash } from 'node:crypto';
import type { Response } from 'express';
import type { Knex } from 'knex';
import { findConsentLink, type ConsentLink } from '../../db/stores/consent-links.ts';
import type { ApiDeps } from '../deps.ts';
import { alreadyUsed, gone, tooManyTries } from './answers.ts';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The link of a token, whatever its state. Throws HttpProblem 410 when there is none. */
export async function findLink(knex: Knex, token: string): Promise<ConsentLink> {
  const hash = createHash('sha256').update(token).digest('hex');
  const link = TOKEN.test(token) ? await findConsentLink(knex, hash) : undefined;
  if (link === undefined) throw gone('unknown');
  return link;
}

/** One that still takes an answer. Throws HttpProblem 409, 410 or 429 for what it is otherwise. */
export async function openLink(
  { knex, limits }: Pick<ApiDeps, 'knex' | 'limits'>,
  token: string,
): Promise<ConsentLink> {
  return requireOpen(await findLink(knex, token), limits.consentLinkTries);
}

/** The link of a token, whatever its state, with this visit counted against it. Throws HttpProblem 429 too. */
export async function visitedLink(
  { knex, rateLimits }: Pick<ApiDeps, 'knex' | 'rateLimits'>,
  token: string,
  response: Response,
): Promise<ConsentLink> {
  const link = await findLink(knex, token);
  response.set(await rateLimits.consentLink(link.linkId));
  return link;
}

/** Throws HttpProblem 409, 410 or 429 for a link that takes no answer any more. */
export function requireOpen(link: ConsentLink, allowedTries: number): ConsentLink {
  if (link.state === 'used') throw alreadyUsed();
  if (link.state !== 'open') throw gone(link.state);
  if (link.failedTries >= allowedTries) throw tooManyTries();
  return link;
}
