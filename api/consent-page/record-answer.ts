import { findPlanChange } from '../../db/read-models/plan-changes.ts';
import type { ConsentLink } from '../../db/stores/consent-links.ts';
import { giveTryBack, shownTerms, takeTry } from '../../db/stores/consent-links.ts';
import { insertEvidence, insertRemark } from '../../db/stores/evidence.ts';
import { accountKey, identityKey } from '../../domain/account-key.ts';
import type { EndInput, MessageAnswer, RecordConsentInput } from '../../workflows/contract.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem, refused } from '../http-errors.ts';
import { settled } from '../outcome.ts';
import type { Outcome } from '../plan-change-gateway.ts';
import { alreadyUsed, detailsDoNotMatch, gone, notRightNow, tooManyTries } from './answers.ts';

export const ALLOWED_TRIES = 5;
const CUSTOMER = { type: 'customer', id: null } as const;

interface Acceptance {
  readonly decision: 'accept';
  readonly typedName: string;
  readonly accountNumberLast4: string;
}
interface Refusal {
  readonly decision: 'decline';
  readonly reason?: string | undefined;
}

/** What the customer said on the page. */
export type CustomerAnswer = Acceptance | Refusal;

/** Where it came from, kept with the evidence. */
export interface Sender {
  readonly clientAddress: string | null;
  readonly userAgent: string;
}

export type Recorded = 'accepted' | 'held' | 'failed' | 'declined';

/**
 * Records the customer's answer to the quote of an open link. Agreeing needs the customer's name and the end of
 * the account number, which a mail scanner does not know: 422 when they do not match, 429 after five times.
 * @returns what came of it, or `pending` when it is durable and not finished. Throws HttpProblem 409 when an
 *   answer was recorded before, 410 when the quote is no longer on offer.
 */
export async function recordAnswer(
  deps: ApiDeps,
  link: ConsentLink,
  said: CustomerAnswer,
  sender: Sender,
): Promise<Recorded | 'pending'> {
  if (said.decision === 'decline') return decline(deps, link, said);
  await requireCustomer(deps, link, said);
  return accept(deps, link, said, sender);
}

async function requireCustomer(deps: ApiDeps, link: ConsentLink, said: Acceptance): Promise<void> {
  const left = await takeTry(deps.knex, link.linkId, ALLOWED_TRIES);
  if (left === undefined) throw tooManyTries();
  if (!isCustomer(link, said)) throw detailsDoNotMatch(left);
  await giveTryBack(deps.knex, link.linkId);
}

async function accept(
  deps: ApiDeps,
  link: ConsentLink,
  said: Acceptance,
  sender: Sender,
): Promise<Recorded | 'pending'> {
  const terms = await shownTerms(deps.knex, link);
  const evidenceId = await insertEvidence(deps.knex, {
    planChangeId: link.planChangeId,
    quoteHash: link.quoteHash,
    method: 'written',
    details: {
      channel: 'link',
      linkId: link.linkId,
      typedName: said.typedName,
      shown: { quoteHash: link.quoteHash, termsVersion: terms.version, termsSha256: terms.sha256 },
      ...sender,
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
  return answered === 'done' ? 'accepted' : answered;
}

async function decline(deps: ApiDeps, link: ConsentLink, said: Refusal): Promise<'declined' | 'pending'> {
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
): Promise<'pending' | 'held' | 'failed' | 'done'> {
  const outcome = await deps.gateway.send(
    link.planChangeId,
    message,
    payload,
    `${message}-${link.linkId.replaceAll('-', '')}`,
  );
  // Another message is being worked on, for some milliseconds: the link is as good as before.
  if (outcome.kind === 'refused' && outcome.refusal === 'CHANGE_BUSY') {
    throw notRightNow(refused(outcome.refusal, outcome.status));
  }
  if (outcome.kind === 'refused') {
    if (outcome.refusal === 'CONSENT_ALREADY_RECORDED') throw alreadyUsed();
    throw gone(
      outcome.refusal === 'QUOTE_EXPIRED' || outcome.refusal === 'CONSENT_EXPIRED' ? 'expired' : 'voided',
    );
  }
  const known = reached(outcome);
  if (known.kind === 'accepted') return 'pending';
  if (known.kind === 'closed') throw await closedAs(deps, link);
  const status = statusOf(known.answer);
  return status === 'held' || status === 'failed' ? status : 'done';
}

function reached(outcome: Outcome<MessageAnswer>): ReturnType<typeof settled<MessageAnswer>> {
  try {
    return settled(outcome);
  } catch (error) {
    throw error instanceof HttpProblem ? notRightNow(error) : error;
  }
}

function statusOf(answer: MessageAnswer): string {
  if (answer.outcome === 'overtaken') throw gone('voided');
  return answer.outcome === 'done' ? answer.status : 'rejected';
}

async function closedAs(deps: ApiDeps, link: ConsentLink): Promise<HttpProblem> {
  const view = await findPlanChange(deps.knex, link.planChangeId);
  return view?.consent ? alreadyUsed() : gone('voided');
}

function isCustomer(link: ConsentLink, said: Acceptance): boolean {
  const key = identityKey(said.typedName);
  const lastFour = accountKey(link.accountNumber).slice(-4);
  return key !== '' && key === identityKey(link.fullName) && accountKey(said.accountNumberLast4) === lastFour;
}
