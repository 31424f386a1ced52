import type { CustomerOffer } from '../../db/read-models/customer-offer.ts';
import type { Company } from '../deps.ts';
import type { HttpProblem } from '../http-errors.ts';
import { instantOf, offerView } from './offer-view.ts';
import { shownWords } from './shown-words.ts';
import type { State } from './states.ts';
import {
  renderAsk,
  renderDecline,
  renderOffer,
  renderState,
  renderTerms,
  type AskView,
  type Field,
} from './templates.ts';

const FIELDS = ['typedName', 'accountNumberLast4', 'reason'] as const satisfies readonly Field[];

/** The quote with its two forms; after a problem the same again, with what to mend and all that was typed. */
export function askPage(
  company: Company,
  token: string,
  offer: CustomerOffer,
  again?: { readonly problem: HttpProblem; readonly body: unknown },
): string {
  const view = offerView(offer);
  const errors = fieldErrors(again?.problem);
  const title = `Change your plan to ${offer.to.planName}?`;
  return renderAsk(
    { title: again ? `Error: ${title}` : title, company, reference: offer.planChangeId },
    {
      plan: offer.to.planName,
      offer: view,
      offerHtml: renderOffer(view),
      path: pathOf(token),
      expires: instantOf(offer, offer.expiresAt),
      shown: shownWords(view).sha256,
      problem: again ? summaryOf(again.problem, errors) : null,
      errors,
      links: FIELDS.flatMap((field) => {
        const text = errors[field];
        return text === undefined ? [] : [{ field, text }];
      }),
      typed: {
        typedName: typedIn(again?.body, 'typedName'),
        accountNumberLast4: typedIn(again?.body, 'accountNumberLast4'),
        reason: typedIn(again?.body, 'reason'),
      },
    },
  );
}

/** Asks once more before the offer ends: whoever only posts the first form has declined nothing. */
export function declinePage(
  company: Company,
  token: string,
  offer: CustomerOffer,
  asked: { readonly quoteHash: string; readonly reason: string },
): string {
  return renderDecline(
    { title: 'Decline this change?', company, reference: offer.planChangeId },
    { from: offer.from.planName, to: offer.to.planName, path: pathOf(token), ...asked },
  );
}

/** A page without a question. What was agreed stays visible on it. */
export function statePage(
  company: Company,
  token: string,
  state: State,
  offer: CustomerOffer | null,
): string {
  const view = offer !== null && state.offerHeading !== null ? offerView(offer) : null;
  return renderState(
    { company, reference: offer?.planChangeId ?? null },
    {
      ...state,
      offerHeading: state.offerHeading ?? '',
      offer: view,
      offerHtml: view ? renderOffer(view) : '',
      path: pathOf(token),
    },
  );
}

/** The terms as they are stored, without the line breaks of their file. */
export function termsPage(
  company: Company,
  terms: { readonly version: string; readonly body: string },
): string {
  const title = `Terms of service, version ${terms.version}`;
  const paragraphs = terms.body
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim().replaceAll(/\s+/g, ' '))
    .filter((paragraph) => paragraph !== '');
  return renderTerms({ title, company, reference: null }, { version: terms.version, paragraphs });
}

function pathOf(token: string): string {
  return `/consent/${encodeURIComponent(token)}`;
}

function fieldErrors(problem: HttpProblem | undefined): AskView['errors'] {
  const known = problem?.options.errors ?? [];
  return Object.fromEntries(known.map(({ pointer, detail }) => [pointer.slice(1), detail]));
}

/** The links below it say what is missing. */
function summaryOf(problem: HttpProblem, errors: AskView['errors']): string {
  const isListed = problem.code === 'answer-missing' && Object.keys(errors).length > 0;
  return isListed ? 'Your answer is not recorded yet.' : problem.message;
}

function typedIn(body: unknown, field: Field): string {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, field) : undefined;
  return typeof value === 'string' ? value.replaceAll('\0', '').slice(0, 2_000) : '';
}
