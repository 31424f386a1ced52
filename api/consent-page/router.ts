import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import express, { Router } from 'express';
import { z } from 'zod';
import { accountOverview } from '../../db/read-models/account-overview.ts';
import { findPlanChange } from '../../db/read-models/plan-changes.ts';
import type { ConsentLink } from '../../db/stores/consent-links.ts';
import { findConsentLink, spendLink } from '../../db/stores/consent-links.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../http-errors.ts';
import { text } from '../schemas/common.ts';
import { alreadyUsed, answerMissing, gone, tooManyTries } from './answers.ts';
import { renderMessagePage, renderQuotePage, STYLE } from './page.ts';
import { quotePageOf } from './quote-page.ts';
import { ALLOWED_TRIES, recordAnswer, type CustomerAnswer, type Recorded } from './record-answer.ts';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const answerBody = z.discriminatedUnion('decision', [
  z.object({ decision: z.literal('accept'), typedName: text(200), accountNumberLast4: z.string().length(4) }),
  z.object({ decision: z.literal('decline'), reason: z.string().max(2_000).optional() }),
]);

/**
 * The customer's page: the token is the authority. Looking never spends it, so a mail scanner may; agreeing
 * needs what a scanner does not know, the customer's name and the end of the account number.
 */
export function consentPageRouter(deps: ApiDeps): Router {
  const router = Router();
  router.get('/consent.css', (_request, response) => {
    response.set('cache-control', 'public, max-age=3600').type('css').send(STYLE);
  });
  router.use('/consent', (_request, response, next) => {
    response.set({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    });
    next();
  });
  router.get(
    '/consent/:token',
    asPage(deps, async (request, response) => {
      await showQuote(deps, request, response, await openLink(deps, tokenOf(request)), null);
    }),
  );
  router.post(
    '/consent/:token',
    express.urlencoded({ extended: false, limit: '8kb' }),
    express.json({ limit: '8kb' }),
    asPage(deps, async (request, response) => {
      const link = await openLink(deps, tokenOf(request));
      const parsed = answerBody.safeParse(request.body ?? {});
      if (!parsed.success) throw answerMissing();
      await answer(deps, request, response, link, parsed.data);
    }),
  );
  return router;
}

type Handler = (request: Request, response: Response) => Promise<void>;

/** People see a page, programs problem+json. Details that do not match are asked for again beside the quote. */
function asPage(deps: ApiDeps, handle: Handler): Handler {
  return async (request, response) => {
    try {
      await handle(request, response);
    } catch (error) {
      if (!(error instanceof HttpProblem) || wantsJson(request)) throw error;
      if (error.status === 422 && (await askedAgain(deps, request, response, error))) return;
      const { retryAfterSeconds } = error.options;
      if (retryAfterSeconds !== undefined) response.set('retry-after', String(retryAfterSeconds));
      const page = { title: error.title, paragraphs: [error.message] };
      response.status(error.status).type('html').send(renderMessagePage(page));
    }
  };
}

/** @returns false when the link has been closed meanwhile, by this very try perhaps. */
async function askedAgain(
  deps: ApiDeps,
  request: Request,
  response: Response,
  error: HttpProblem,
): Promise<boolean> {
  try {
    await showQuote(deps, request, response, await openLink(deps, tokenOf(request)), error);
    return true;
  } catch (closed) {
    if (closed instanceof HttpProblem) return false;
    throw closed;
  }
}

function tokenOf(request: Request): string {
  const { token } = request.params;
  return typeof token === 'string' ? token : '';
}

async function openLink(deps: ApiDeps, token: string): Promise<ConsentLink> {
  const hash = createHash('sha256').update(token).digest('hex');
  const link = TOKEN.test(token) ? await findConsentLink(deps.knex, hash) : undefined;
  if (link === undefined) throw gone('unknown');
  if (link.state === 'used') throw alreadyUsed();
  if (link.state !== 'open') throw gone(link.state);
  if (link.failedTries >= ALLOWED_TRIES) throw tooManyTries();
  return link;
}

async function answer(
  deps: ApiDeps,
  request: Request,
  response: Response,
  link: ConsentLink,
  said: CustomerAnswer,
): Promise<void> {
  const outcome = await recordAnswer(deps, link, said, {
    clientAddress: request.ip ?? null,
    userAgent: (request.get('user-agent') ?? '').slice(0, 500),
  });
  if (outcome === 'pending') {
    send(request, response, 202, { status: 'processing' }, 'We are recording your answer', [
      'This takes a little longer than usual. Open the link again in a minute to see that it is done.',
    ]);
    return;
  }
  const recordedAt = await spendLink(deps.knex, link.linkId);
  if (recordedAt === undefined) throw alreadyUsed();
  send(request, response, 200, { status: outcome, recordedAt }, TITLES[outcome], SENTENCES[outcome]);
}

const TITLES: Record<Recorded, string> = {
  accepted: 'Thank you, your agreement is recorded',
  held: 'Your agreement is recorded, but the change is on hold',
  failed: 'Your agreement is recorded, but we could not make the change',
  declined: 'You declined the change',
};
const SENTENCES: Record<Recorded, string[]> = {
  accepted: ['We send you a summary by email as soon as the change is applied.'],
  failed: [
    'Your plan is as it was, and nothing was charged. Please call us, so that we can make the change again.',
  ],
  held: ['Something has changed since we made you the offer. Nothing was charged. We will contact you.'],
  declined: ['Nothing was changed and nothing was charged. You need not do anything.'],
};

async function showQuote(
  deps: ApiDeps,
  request: Request,
  response: Response,
  link: ConsentLink,
  error: HttpProblem | null,
): Promise<void> {
  const view = await findPlanChange(deps.knex, link.planChangeId);
  // A newer quote may have come since the link was looked up: nobody agrees to what this page does not show.
  if (view?.quote?.hash !== link.quoteHash) throw gone('voided');
  const { timeZone } = await accountOverview(deps.knex, link.customerId);
  const page = quotePageOf(view, view.quote, timeZone, error?.message ?? null);
  if (wantsJson(request)) response.status(200).json(page);
  else
    response
      .status(error?.status ?? 200)
      .type('html')
      .send(renderQuotePage(page));
}

function send(
  request: Request,
  response: Response,
  status: number,
  body: Record<string, string>,
  title: string,
  paragraphs: readonly string[],
): void {
  if (wantsJson(request)) response.status(status).json(body);
  else response.status(status).type('html').send(renderMessagePage({ title, paragraphs }));
}

/** A program says so by what it sends or accepts; a browser's form is neither. */
function wantsJson(request: Request): boolean {
  return (
    request.is('application/json') === 'application/json' || request.accepts(['html', 'json']) === 'json'
  );
}
