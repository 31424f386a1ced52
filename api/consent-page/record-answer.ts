import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { customerOffer } from '../../db/read-models/customer-offer.ts';
import { findPlanChange } from '../../db/read-models/plan-changes.ts';
import { appendNote } from '../../db/stores/account-notes.ts';
import type { ConsentLink } from '../../db/stores/consent-links.ts';
import { giveTryBack, takeTry } from '../../db/stores/consent-links.ts';
import { insertEvidence, insertRemark } from '../../db/stores/evidence.ts';
import { accountKey, identityKey } from '../../domain/account-key.ts';
import type { EndInput, MessageAnswer, RecordConsentInput } from '../../workflows/contract.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem, refused } from '../http-errors.ts';
import { settled } from '../outcome.ts';
import type { Outcome } from '../plan-change-gateway.ts';
import type { Acceptance, CustomerAnswer, Refusal } from './answer-body.ts';
import { alreadyUsed, detailsDoNotMatch, gone, notRightNow, tooManyTries, wordsChanged } from './answers.ts';
import { offerView } from './offer-view.ts';
import { shownWords } from './shown-words.ts';

const CUSTOMER = { type: 'customer', id: null } as const;

/** Where it came from, kept with the evidence. */
export interface Sender {
  readonly clientAddress: string | null;
  readonly userAgent: string;
}

export type Recorded = 'accepted' | 'held' | 'failed' | 'declined';

/** `evidenceId`: what this answer brought as evidence of a consent. */
export interface RecordedAnswer {
  readonly outcome: Recorded | 'pending';
  readonly evidenceId: string | null;
}

/**
 * Records the customer's answer to the quote of an open link. Agreeing needs the customer's name and the end of
 * the account number, which a mail scanner does not know: 422 when they do not match, 429 after too many.
 * @returns what came of it, or `pending` when it is durable and not finished. Throws HttpProblem 409 when an
 *   answer was recorded before, 410 when the quote is no longer on offer.
 */
export async function recordAnswer(
  deps: ApiDeps,
  link: ConsentLink,
  said: CustomerAnswer,
  sender: Sender,
): Promise<RecordedAnswer> {
  if (said.decision === 'decline') return { outcome: await decline(deps, link, said), evidenceId: null };
  const shown = await shownWith(deps, link, said);
  await requireCustomer(deps, link, said);
  return accept(deps, link, { said, shown, sender });
}

/** What the customer read: kept with the evidence, and refused when the page that was sent said something else. */
async function shownWith(
  deps: ApiDeps,
  link: ConsentLink,
  said: Acceptance,
): Promise<Readonly<Record<string, string>>> {
  const offer = await customerOffer(deps.knex, link.linkId);
  const words = shownWords(offerView(offer));
  if (said.shown !== undefined && said.shown !== words.sha256) throw wordsChanged();
  return {
    quoteHash: link.quoteHash,
    termsVersion: offer.termsVersion,
    termsSha256: offer.termsSha256,
    words: words.text,
  };
}

async function requireCustomer(deps: ApiDeps, link: ConsentLink, said: Acceptance): Promise<void> {
  const allowed = deps.limits.consentLinkTries;
  const isTheirs = isCustomer(link, said);
  const left = await deps.knex.transaction(async (trx) => {
    const remaining = await takeTry(trx, link.linkId, allowed);
    if (remaining === 0 && !isTheirs) await noteClosed(trx, link, allowed);
    return remaining;
  });
  if (left === undefined) throw tooManyTries();
  if (!isTheirs) throw detailsDoNotMatch(left);
  await giveTryBack(deps.knex, link.linkId);
}

/** Somebody may be guessing, or the customer cannot get on: people have to know. */
function noteClosed(trx: Knex, link: ConsentLink, tries: number): Promise<void> {
  return appendNote(trx, {
    customerId: link.customerId,
    // Each link of a change may be closed: the note does not count as the change's one.
    planChangeId: null,
    kind: 'consent_link_closed',
    body: `The consent link for plan change ${link.planChangeId} is closed for good after ${tries} answers with a wrong name or account number. Nothing was changed. Call the customer, or send a new link.`,
    author: { type: 'system', id: null },
  });
}

async function accept(
  deps: ApiDeps,
  link: ConsentLink,
  agreement: {
    readonly said: Acceptance;
    readonly shown: Readonly<Record<string, string>>;
    readonly sender: Sender;
  },
): Promise<RecordedAnswer> {
  const evidenceId = await insertEvidence(deps.knex, {
    planChangeId: link.planChangeId,
    quoteHash: link.quoteHash,
    method: 'written',
    details: {
      channel: 'link',
      linkId: link.linkId,
      typedName: agreement.said.typedName,
      shown: agreement.shown,
      ...agreement.sender,
    },
    agentId: null,
    // Each try leaves evidence of its own: which one counts is said by the message that is accepted.
    requestId: randomUUID(),
    givenAt: new Date().toISOString(),
  });
  const payload: RecordConsentInput = {
    evidenceId,
    quoteHash: link.quoteHash,
    method: 'written',
    author: CUSTOMER,
  };
  const answered = await tell(deps, link, 'recordConsent', payload);
  return { outcome: answered === 'done' ? 'accepted' : answered, evidenceId };
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
          requestId: randomUUID(),
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
