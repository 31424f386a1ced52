import { identityKey } from '../../domain/account-key.ts';
import { sha256Hex } from '../../domain/canonical-json.ts';
import { minorOf } from '../money.ts';
import { shownPage } from '../shown-page.ts';
import type { BundleConsent, BundleMail, EvidencePayload } from '../payload.ts';
import { contentOf } from '../quote-content.ts';
import { standingCharges } from '../standing-charges.ts';
import { counted, problemsOf, type Check } from './check.ts';
import { reversalProblems } from './reversals.ts';

/** Consent to exactly one quote, in time, with its evidence. */
export const consents: Check = {
  title: 'Consents: to the very quote, in time, with their evidence',
  run: ({ payload }) => ({
    looked: counted(payload.consents.length, 'consent'),
    problems: [
      ...problemsOf([
        new Set(payload.consents.map(({ quoteHash }) => quoteHash)).size !== payload.consents.length,
        'a quote has two consents',
      ]),
      ...payload.consents.flatMap((consent) => consentProblems(consent, payload)),
    ],
    remarks: payload.consents.flatMap(({ quoteRevision, evidence }) => {
      const read = evidence.details['scriptVersion'];
      const quote = payload.quotes.find(({ revision }) => revision === quoteRevision);
      return typeof read === 'string' && read !== quote?.script.version
        ? [`the recording names script ${read}, the quote has script ${quote?.script.version ?? ''}`]
        : [];
    }),
  }),
};

function consentProblems(consent: BundleConsent, payload: EvidencePayload): string[] {
  const { evidence, quoteHash, quoteRevision, acceptedAt } = consent;
  const quote = payload.quotes.find(({ hash }) => hash === quoteHash);
  const name = `the consent to quote ${quoteRevision}`;
  if (quote?.revision !== quoteRevision) return [`${name} is to a hash that no such quote has`];
  const { details } = evidence;
  const shown = details['shown'] as { quoteHash?: unknown; termsSha256?: unknown } | undefined;
  const { link } = evidence;
  const isByLink = details['channel'] === 'link' || link !== null;
  const terms = payload.terms.find(({ version }) => version === quote.termsVersion);
  const typedName = details['typedName'];
  // As they were when it was offered and when it was accepted: the answer came in between.
  const called = [
    quote.customer ?? consent.customer ?? payload.customer,
    consent.customer ?? payload.customer,
  ].map(({ fullName }) => identityKey(fullName));
  return problemsOf(
    [evidence.quoteHash !== quoteHash, `the evidence of ${name} is of another quote`],
    [
      isBefore(quote.expiresAt, acceptedAt) || sameTime(quote.expiresAt, acceptedAt),
      `${name} came after the quote had expired`,
    ],
    [
      isBefore(acceptedAt, payload.identification.verifiedAt),
      `${name} came before the customer was identified`,
    ],
    [
      consent.superseded !== quoteRevision < payload.change.quoteRevision,
      `${name} is said to be in force, or void, wrongly`,
    ],
    [
      evidence.method === 'verbal' && details['announced'] !== true,
      `the recording of ${name} was not announced`,
    ],
    [
      evidence.method === 'verbal' && typeof details['id'] !== 'string',
      `${name} is verbal, and no recording is named`,
    ],
    [
      evidence.method === 'written' && !isByLink && typeof details['sha256'] !== 'string',
      `${name} is written, and no document is named`,
    ],
    [isByLink && shownPage(details) === undefined, `what the page of ${name} showed is missing`],
    [isByLink && link?.linkId !== details['linkId'], `the link of ${name} is missing, or is another one`],
    [isByLink && !link?.usedAt, `the link of ${name} was never used`],
    [
      link !== null && !sameTime(link.expiresAt, quote.expiresAt),
      `the link of ${name} did not end with its quote`,
    ],
    [shown !== undefined && shown.quoteHash !== quoteHash, `the page of ${name} showed another quote`],
    [shown !== undefined && shown.termsSha256 !== terms?.sha256, `the page of ${name} showed other terms`],
    [
      payload.copy === 'full' && typeof typedName === 'string' && !called.includes(identityKey(typedName)),
      `the name typed for ${name} is not the customer's`,
    ],
    [
      payload.copy === 'full' &&
        Boolean(consent.customer) &&
        evidence.method === 'written' &&
        !isByLink &&
        !called.includes(identityKey(String(details['signedBy']))),
      `the document of ${name} is not signed with the customer's name`,
    ],
  );
}

/** Nothing is applied or charged but what was agreed to before. */
export const charges: Check = {
  title: 'Charges: exactly the lines agreed to, and only after the consent',
  run: ({ payload }) => {
    const { change, ledger } = payload;
    const standing = standingCharges(payload);
    return {
      looked: [
        counted(ledger.charges.length, 'line'),
        counted(ledger.balance.length, 'balance entry', 'balance entries'),
      ]
        .filter(Boolean)
        .join(', '),
      problems: [
        ...problemsOf(
          [change.appliedAt !== null && standing.length === 0, 'the change is applied, but no line stands'],
          [
            change.appliedAt === null && standing.length > 0,
            'lines stand although the change is not applied',
          ],
          [
            standing.some(({ quoteRevision }) => quoteRevision !== change.quoteRevision),
            'a line stands that is not of the current quote',
          ],
        ),
        ...reversalProblems(payload),
        ...(change.appliedAt === null ? [] : appliedProblems(payload, change.appliedAt)),
      ],
    };
  },
};

function appliedProblems(payload: EvidencePayload, appliedAt: string): string[] {
  const { change, ledger } = payload;
  const consent = payload.consents.find(({ quoteRevision }) => quoteRevision === change.quoteRevision);
  const quote = payload.quotes.find(({ revision }) => revision === change.quoteRevision);
  const content = quote && contentOf(quote);
  if (!consent || !content) return ['the change is applied without a consent to its quote'];
  const standing = standingCharges(payload);
  const asQuoted = content.lines.every((line, index) => {
    const charge = standing.find(({ lineNo }) => lineNo === index + 1);
    return (
      charge !== undefined &&
      charge.quoteHash === quote.hash &&
      charge.effectiveDate === content.effectiveDate &&
      (['kind', 'description', 'start', 'end', 'days', 'ofDays'] as const).every(
        (name) => charge[name] === line[name],
      ) &&
      charge.amount.amount === line.amount.amount &&
      charge.amount.currency === line.amount.currency
    );
  });
  const toBalance = ledger.balance
    .filter(({ quoteRevision }) => quoteRevision === change.quoteRevision)
    .reduce((sum, { amount }) => sum + (minorOf(amount) ?? 0n), 0n);
  return problemsOf(
    [isBefore(appliedAt, consent.acceptedAt), 'the change was applied before the consent was accepted'],
    [!asQuoted || standing.length !== content.lines.length, 'what was charged is not what was quoted'],
    [toBalance !== minorOf(quote.toBalance), 'the account balance did not get what was quoted'],
  );
}

export const mails: Check = {
  title: 'Mails: a summary of what was applied; each hash is that of its text',
  run: ({ payload: { mails: sent, copy, change } }) => ({
    looked: copy === 'masked' ? '' : counted(sent.length, 'mail'),
    problems: [
      ...summaryProblems(sent, change.status),
      ...(copy === 'masked'
        ? []
        : sent.flatMap(({ kind, text, textSha256 }) =>
            problemsOf([sha256Hex(text) !== textSha256, `the text of the ${kind} mail has another hash`]),
          )),
    ],
    remarks:
      copy === 'masked' && sent.length > 0
        ? ['mail texts are left out of a masked copy; their hashes are signed']
        : [],
  }),
};

/** With the read-back goes the summary, and the change is completed once it is accepted or given up. */
function summaryProblems(sent: readonly BundleMail[], status: string): string[] {
  const summaries = sent.filter(({ kind }) => kind === 'summary');
  const isApplied = status === 'activated' || status === 'completed';
  return problemsOf(
    [isApplied && summaries.length !== 1, `the change is ${status} and has ${summaries.length} summaries`],
    [
      status === 'completed' &&
        summaries.some((mail) => mail.status === 'queued' || mail.status === 'sending'),
      'the change is completed, and its summary is neither accepted nor given up',
    ],
  );
}

/** Instants with microseconds compare by their text once the milliseconds are equal. */
function isBefore(a: string, b: string): boolean {
  return Date.parse(a) < Date.parse(b);
}

function sameTime(a: string, b: string): boolean {
  return Date.parse(a) === Date.parse(b);
}
