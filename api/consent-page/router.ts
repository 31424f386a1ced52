import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import express, { Router } from 'express';
import { z } from 'zod';
import { accountOverview } from '../../db/read-models/account-overview.ts';
import { findPlanChange } from '../../db/read-models/plan-changes.ts';
import type { ConsentLink } from '../../db/stores/consent-links.ts';
import { countFailedTry, findConsentLink, shownTerms, spendLink } from '../../db/stores/consent-links.ts';
import { insertEvidence, insertRemark } from '../../db/stores/evidence.ts';
import { accountKey, identityKey } from '../../domain/account-key.ts';
import type { EndInput, MessageAnswer, RecordConsentInput } from '../../workflows/contract.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../http-errors.ts';
import { settled } from '../outcome.ts';
import { text } from '../schemas/common.ts';
import { alreadyUsed, answerMissing, detailsDoNotMatch, gone, tooManyTries } from './answers.ts';
import { renderMessagePage, renderQuotePage, STYLE } from './page.ts';
import { quotePageOf } from './quote-page.ts';

const ALLOWED_TRIES = 5;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const CUSTOMER = { type: 'customer', id: null } as const;

const answerBody = z.discriminatedUnion('decision', [
  z.object({ decision: z.literal('accept'), typedName: text(200), accountNumberLast4: z.string().length(4) }),
  z.object({ decision: z.literal('decline'), reason: z.string().max(2_000).optional() }),
]);
type CustomerAnswer = z.output<typeof answerBody>;

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
      const { retryAfterSeconds } = error.options;
      if (retryAfterSeconds !== undefined) response.set('retry-after', String(retryAfterSeconds));
      if (error.status === 422) {
        await showQuote(deps, request, response, await openLink(deps, tokenOf(request)), error);
      } else {
        const page = { title: error.title, paragraphs: [error.message] };
        response.status(error.status).type('html').send(renderMessagePage(page));
      }
    }
  };
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
  if (said.decision === 'accept' && !isCustomer(link, said)) {
    if (!(await countFailedTry(deps.knex, link.linkId, ALLOWED_TRIES))) throw tooManyTries();
    throw detailsDoNotMatch();
  }
  const outcome =
    said.decision === 'accept' ? await accept(deps, request, link, said) : await decline(deps, link, said);
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

type Recorded = 'accepted' | 'held' | 'declined';

const TITLES: Record<Recorded, string> = {
  accepted: 'Thank you, your agreement is recorded',
  held: 'Your agreement is recorded, but the change is on hold',
  declined: 'You declined the change',
};
const SENTENCES: Record<Recorded, string[]> = {
  accepted: ['We send you a summary by email as soon as the change is applied.'],
  held: ['Something has changed since we made you the offer. Nothing was charged. We will contact you.'],
  declined: ['Nothing was changed and nothing was charged. You need not do anything.'],
};

async function accept(
  deps: ApiDeps,
  request: Request,
  link: ConsentLink,
  said: Extract<CustomerAnswer, { decision: 'accept' }>,
): Promise<Recorded | 'pending'> {
  const terms = await shownTerms(deps.knex, link.planChangeId);
  const evidenceId = await insertEvidence(deps.knex, {
    planChangeId: link.planChangeId,
    quoteHash: link.quoteHash,
    method: 'written',
    details: {
      channel: 'link',
      linkId: link.linkId,
      typedName: said.typedName,
      shown: { quoteHash: link.quoteHash, termsVersion: terms.version, termsSha256: terms.sha256 },
      clientAddress: request.ip ?? null,
      userAgent: (request.get('user-agent') ?? '').slice(0, 500),
    },
    agentId: null,
    requestId: link.linkId,
    givenAt: new Date().toISOString(),
  });
  const payload: RecordConsentInput = {
    evidenceId,
    quoteHash: link.quoteHash,
    method: 'written',
    author: CUSTOMER,
  };
  const answered = await tell(deps, link, 'recordConsent', payload);
  return answered === 'pending' ? 'pending' : answered === 'held' ? 'held' : 'accepted';
}

async function decline(
  deps: ApiDeps,
  link: ConsentLink,
  said: Extract<CustomerAnswer, { decision: 'decline' }>,
): Promise<'declined' | 'pending'> {
  const reason = (said.reason ?? '').replaceAll('\0', '').trim();
  const remarkId =
    reason === ''
      ? null
      : await insertRemark(deps.knex, {
          planChangeId: link.planChangeId,
          agentId: null,
          body: reason,
          requestId: link.linkId,
        });
  const payload: EndInput = { remarkId, author: CUSTOMER };
  const answered = await tell(deps, link, 'decline', payload);
  return answered === 'pending' ? 'pending' : 'declined';
}

/** One update id for each link and answer: two clicks at once are one message. */
async function tell(
  deps: ApiDeps,
  link: ConsentLink,
  message: 'recordConsent' | 'decline',
  payload: RecordConsentInput | EndInput,
): Promise<'pending' | 'held' | 'done'> {
  const outcome = await deps.gateway.send(
    link.planChangeId,
    message,
    payload,
    `${message}-${link.linkId.replaceAll('-', '')}`,
  );
  if (outcome.kind === 'refused') {
    if (outcome.refusal === 'CONSENT_ALREADY_RECORDED') throw alreadyUsed();
    throw gone(
      outcome.refusal === 'QUOTE_EXPIRED' || outcome.refusal === 'CONSENT_EXPIRED' ? 'expired' : 'voided',
    );
  }
  const known = settled(outcome);
  if (known.kind === 'accepted') return 'pending';
  if (known.kind === 'closed') throw await closedAs(deps, link);
  return statusOf(known.answer) === 'held' ? 'held' : 'done';
}

function statusOf(answer: MessageAnswer): string {
  if (answer.outcome === 'overtaken') throw gone('voided');
  return answer.outcome === 'done' ? answer.status : 'rejected';
}

async function closedAs(deps: ApiDeps, link: ConsentLink): Promise<HttpProblem> {
  const view = await findPlanChange(deps.knex, link.planChangeId);
  return view?.consent ? alreadyUsed() : gone('voided');
}

function isCustomer(link: ConsentLink, said: { typedName: string; accountNumberLast4: string }): boolean {
  const key = identityKey(said.typedName);
  const lastFour = accountKey(link.accountNumber).slice(-4);
  return key !== '' && key === identityKey(link.fullName) && accountKey(said.accountNumberLast4) === lastFour;
}

async function showQuote(
  deps: ApiDeps,
  request: Request,
  response: Response,
  link: ConsentLink,
  error: HttpProblem | null,
): Promise<void> {
  const view = await findPlanChange(deps.knex, link.planChangeId);
  if (!view?.quote) throw gone('voided');
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
