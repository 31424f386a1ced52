import { maskContactData } from '../domain/contact-data.ts';
import { isPersonalDetail } from '../domain/noted-records.ts';
import type { BundleCustomer, BundleEvidence, ChainLink, PresentPayload } from './payload.ts';

export const NAME = '[name]';
export const ACCOUNT = '[account number]';
export const LEFT_OUT = '[left out of this copy]';

/**
 * The copy for auditors: without names, account number, recipients, addresses and the words of mails, and with notes
 * as auditors read them elsewhere. Quotes, terms, chain and anchor verify as in the full copy: of a note with contact
 * data the hash of its row is left without its salt, of personal details and of a mail's words hashes over a salt, against which no name
 * can be tried.
 * @param known every name, address, email address and account number that the customer has or had: free text, which may be
 *   from before a correction, is masked by them
 */
export function maskEvidence(payload: PresentPayload, known: readonly string[]): PresentPayload {
  const { customer } = payload;
  const maskText = (text: string): string => maskContactData(text, known);
  return {
    ...payload,
    copy: 'masked',
    customer: { ...customer, fullName: NAME, accountNumber: ACCOUNT },
    quotes: payload.quotes.map((quote) => ({ ...quote, ...maskCustomer(quote) })),
    consents: payload.consents.map((consent) => ({
      ...consent,
      ...maskCustomer(consent),
      evidence: maskDetails(consent.evidence),
    })),
    notAccepted: payload.notAccepted.map(maskDetails),
    chain: payload.chain.map((link) => maskNote(link, maskText)),
    mails: payload.mails.map((mail) => ({
      ...mail,
      recipient: LEFT_OUT,
      subject: LEFT_OUT,
      text: LEFT_OUT,
      textSha256: null,
      htmlSha256: null,
      ...(mail.sealed && { sealed: { ...mail.sealed, wordsSalt: null } }),
      events: mail.events.map((event) => ({ ...event, reason: event.reason === null ? null : LEFT_OUT })),
    })),
    checks: payload.checks.map((check) => ({ ...check, problems: check.problems.map(maskText) })),
  };
}

function maskCustomer({ customer }: { readonly customer?: BundleCustomer | null | undefined }) {
  return customer ? { customer: { ...customer, fullName: NAME, accountNumber: ACCOUNT, salt: null } } : {};
}

function maskDetails(evidence: BundleEvidence): BundleEvidence {
  const details = Object.entries(evidence.details).map(([name, value]) => [
    name,
    isPersonalDetail(name) ? LEFT_OUT : value,
  ]);
  return {
    ...evidence,
    ...(evidence.personal && { personal: { ...evidence.personal, salt: null } }),
    details: Object.fromEntries(details) as BundleEvidence['details'],
  };
}

function maskNote(link: ChainLink, maskText: (text: string) => string): ChainLink {
  if (link.note === null) return link;
  const body = maskText(link.note.body);
  return body === link.note.body ? link : { ...link, note: { ...link.note, body, masked: true, salt: null } };
}
