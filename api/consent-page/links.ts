import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { findConsentLink, type ConsentLink } from '../../db/stores/consent-links.ts';
import { alreadyUsed, gone, tooManyTries } from './answers.ts';
import { ALLOWED_TRIES } from './record-answer.ts';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The link of a token, whatever its state. Throws HttpProblem 410 when there is none. */
export async function findLink(knex: Knex, token: string): Promise<ConsentLink> {
  const hash = createHash('sha256').update(token).digest('hex');
  const link = TOKEN.test(token) ? await findConsentLink(knex, hash) : undefined;
  if (link === undefined) throw gone('unknown');
  return link;
}

/** One that still takes an answer. Throws HttpProblem 409, 410 or 429 for what it is otherwise. */
export async function openLink(knex: Knex, token: string): Promise<ConsentLink> {
  const link = await findLink(knex, token);
  if (link.state === 'used') throw alreadyUsed();
  if (link.state !== 'open') throw gone(link.state);
  if (link.failedTries >= ALLOWED_TRIES) throw tooManyTries();
  return link;
}
