import type { ErrorRequestHandler, Request, Response } from 'express';
import express, { Router } from 'express';
import { findTerms } from '../../db/read-models/catalogue.ts';
import { customerOffer } from '../../db/read-models/customer-offer.ts';
import { spendLink } from '../../db/stores/consent-links.ts';
import type { ConsentLink } from '../../db/stores/consent-links.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem, notFound } from '../http-errors.ts';
import { logFault, problemOf } from '../problem-handler.ts';
import { answerBody, missingIn } from './answer-body.ts';
import { alreadyUsed, answerMissing, declineUnconfirmed } from './answers.ts';
import { requireOpen, visitedLink } from './links.ts';
import { offerView } from './offer-view.ts';
import { askPage, declinePage, statePage, termsPage } from './pages.ts';
import { pageOfProblem, wordsForCustomers } from './problem-page.ts';
import { recordAnswer } from './record-answer.ts';
import { recordedState } from './states.ts';
import { STYLE } from './style.ts';

/**
 * The customer's page: the token is the authority. Looking never spends it, so a mail scanner may; agreeing
 * needs what a scanner does not know, the customer's name and the end of the account number; declining by form
 * needs a second form, which only the page after the first has.
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
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    });
    next();
  });
  router.get('/consent/:token', async (request, response) => {
    const link = await openedLink(deps, request, response);
    const offer = await customerOffer(deps.knex, link.linkId);
    if (wantsJson(request)) response.json(offerView(offer));
    else response.type('html').send(askPage(deps.company, tokenOf(request), offer));
  });
  router.get('/consent/:token/terms', async (request, response) => {
    const { linkId } = await visitedLink(deps, tokenOf(request), response);
    const { termsVersion } = await customerOffer(deps.knex, linkId);
    const terms = await findTerms(deps.knex, termsVersion);
    if (!terms) throw notFound('version of the terms');
    response.type('html').send(termsPage(deps.company, terms));
  });
  router.post(
    '/consent/:token',
    express.urlencoded({ extended: false, limit: '32kb' }),
    express.json({ limit: '8kb' }),
    async (request, response) => {
      await answer(deps, request, response);
    },
  );
  router.use('/consent', () => {
    throw notFound('page');
  });
  router.use('/consent', asPage(deps));
  return router;
}

async function openedLink(deps: ApiDeps, request: Request, response: Response): Promise<ConsentLink> {
  return requireOpen(await visitedLink(deps, tokenOf(request), response), deps.limits.consentLinkTries);
}

async function answer(deps: ApiDeps, request: Request, response: Response): Promise<void> {
  const link = await openedLink(deps, request, response);
  const said = answerBody.safeParse(request.body ?? {});
  if (!said.success) throw answerMissing(missingIn(said.error));
  if (said.data.decision === 'decline' && !sendsJson(request) && said.data.confirm !== link.quoteHash) {
    if (wantsJson(request)) throw declineUnconfirmed();
    const offer = await customerOffer(deps.knex, link.linkId);
    const asked = { quoteHash: link.quoteHash, reason: (said.data.reason ?? '').replaceAll('\0', '') };
    response.type('html').send(declinePage(deps.company, tokenOf(request), offer, asked));
    return;
  }
  const { outcome, evidenceId } = await recordAnswer(deps, link, said.data, {
    clientAddress: request.ip ?? null,
    userAgent: (request.get('user-agent') ?? '').slice(0, 500),
  });
  if (outcome === 'pending') {
    const state = {
      title: 'We are recording your answer',
      tone: 'plain',
      sentences: [
        'This takes a little longer than usual. Open the link again in a minute to see that it is done.',
      ],
      offerHeading: null,
    } as const;
    if (wantsJson(request)) response.status(202).json({ status: 'processing' });
    else
      response
        .status(202)
        .type('html')
        .send(statePage(deps.company, tokenOf(request), state, null));
    return;
  }
  const recordedAt = await spendLink(deps.knex, link.linkId, evidenceId);
  if (recordedAt === undefined) throw alreadyUsed();
  if (wantsJson(request)) {
    response.json({ status: outcome, recordedAt });
    return;
  }
  const offer = await customerOffer(deps.knex, link.linkId);
  response.type('html').send(statePage(deps.company, tokenOf(request), recordedState(offer), offer));
}

/** People see a page, whatever went wrong; programs problem+json. */
function asPage(deps: ApiDeps): ErrorRequestHandler {
  return async (error: unknown, request, response, next) => {
    if (response.headersSent || wantsJson(request)) {
      next(error);
      return;
    }
    const problem = problemOf(error);
    logFault(deps.log, request, error, problem);
    const told =
      error instanceof HttpProblem && problem.status !== 404 ? problem : wordsForCustomers(problem);
    const { retryAfterSeconds, headers } = told.options;
    if (headers) response.set(headers);
    if (retryAfterSeconds !== undefined) response.set('retry-after', String(retryAfterSeconds));
    const page = await pageOfProblem(deps, tokenOf(request), told, request.body);
    response.status(told.status).type('html').send(page);
  };
}

/** The error handler is mounted above the parameter: there the token is what follows in the path. */
function tokenOf(request: Request): string {
  const { token } = request.params;
  return typeof token === 'string' ? token : (request.path.split('/')[1] ?? '');
}

/** A program says so by what it sends or accepts; a browser's form is neither. */
function wantsJson(request: Request): boolean {
  return sendsJson(request) || request.accepts(['html', 'json']) === 'json';
}

function sendsJson(request: Request): boolean {
  return request.is('application/json') === 'application/json';
}
