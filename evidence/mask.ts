import type { BundleEvidence, EvidencePayload } from './payload.ts';

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
 * The copy for auditors: without names, account number, recipients, addresses and the texts of mails. All that a
 * hash is of (quotes, terms, notes, chain, anchor) is untouched and verifies; of a mail's text only the hash stays.
 */
export function maskEvidence(payload: EvidencePayload): EvidencePayload {
  const { customer } = payload;
  const masked = <E extends BundleEvidence>(evidence: E): E => ({
    ...evidence,
    details: Object.fromEntries(
      Object.entries(evidence.details).map(([name, value]) => [
        name,
        PERSONAL_DETAILS.has(name) ? LEFT_OUT : value,
      ]),
    ),
  });
  return {
    ...payload,
    copy: 'masked',
    customer: { ...customer, fullName: NAME, accountNumber: ACCOUNT },
    consents: payload.consents.map((consent) => ({ ...consent, evidence: masked(consent.evidence) })),
    notAccepted: payload.notAccepted.map(masked),
    mails: payload.mails.map((mail) => ({
      ...mail,
      recipient: LEFT_OUT,
      subject: mail.subject.replaceAll(customer.fullName, NAME),
      text: LEFT_OUT,
      events: mail.events.map((event) => ({ ...event, reason: event.reason === null ? null : LEFT_OUT })),
    })),
  };
}
