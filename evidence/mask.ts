import { maskContactData, type ContactData } from '../domain/contact-data.ts';
import type { BundleEvidence, ChainLink, PresentPayload } from './payload.ts';

const NAME = '[name]';
const ACCOUNT = '[account number]';
const LEFT_OUT = '[left out of this copy]';

/** What a received consent says of a person. */
const PERSONAL_DETAILS: ReadonlySet<string> = new Set([
  'typedName',
  'signedBy',
  'clientAddress',
  'userAgent',
  'name',
]);

/**
 * The copy for auditors: without names, account number, recipients, addresses and the texts of mails, and with notes
 * as auditors read them elsewhere. Every hash stays that of the full text: quotes, terms, chain and anchor verify, and
 * of a mail's text or of a note with contact data only the hash is left.
 * @param known the customer's contact data, by which free text is masked
 */
export function maskEvidence(payload: PresentPayload, known: ContactData): PresentPayload {
  const { customer } = payload;
  const maskText = (text: string): string => maskContactData(text, known);
  return {
    ...payload,
    copy: 'masked',
    customer: { ...customer, fullName: NAME, accountNumber: ACCOUNT },
    consents: payload.consents.map((consent) => ({ ...consent, evidence: maskDetails(consent.evidence) })),
    notAccepted: payload.notAccepted.map(maskDetails),
    chain: payload.chain.map((link) => maskNote(link, maskText)),
    mails: payload.mails.map((mail) => ({
      ...mail,
      recipient: LEFT_OUT,
      subject: maskText(mail.subject),
      text: LEFT_OUT,
      events: mail.events.map((event) => ({ ...event, reason: event.reason === null ? null : LEFT_OUT })),
    })),
    checks: payload.checks.map((check) => ({ ...check, problems: check.problems.map(maskText) })),
  };
}

function maskDetails(evidence: BundleEvidence): BundleEvidence {
  const details = Object.entries(evidence.details).map(([name, value]) => [
    name,
    PERSONAL_DETAILS.has(name) ? LEFT_OUT : value,
  ]);
  return { ...evidence, details: Object.fromEntries(details) as BundleEvidence['details'] };
}

function maskNote(link: ChainLink, maskText: (text: string) => string): ChainLink {
  if (link.note === null) return link;
  const body = maskText(link.note.body);
  return body === link.note.body ? link : { ...link, note: { ...link.note, body, masked: true } };
}
