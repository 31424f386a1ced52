import {
  consentRecordHash,
  deliveryRecordHash,
  isPersonalDetail,
  mailRecordHash,
  partedDetails,
  quoteRecordHash,
  sealedPart,
  sealedWords,
} from '../../domain/noted-records.ts';
import { compareWithNotes, type NotedMail } from '../compare-with-notes.ts';
import { isFirstFormat } from '../first-format.ts';
import { ACCOUNT, LEFT_OUT, NAME } from '../mask.ts';
import { notesOfChange } from '../notes-of-change.ts';
import type { BundleConsent, BundleMail, EvidencePayload } from '../payload.ts';
import { customerRecordOf, quoteRecordOf } from '../quote-record.ts';
import { counted, problemsOf, type Check } from './check.ts';

/** The notes are chained and anchored; so is, by the hash that each names, what they tell of. */
export const notedRecords: Check = {
  title: 'Records: quotes, consents, mails and delivery as their notes name them',
  run: ({ payload }) => {
    const { planChangeId } = payload.change;
    const { looked, problems, unbound } = compareWithNotes({
      quotes: payload.quotes.map((quote) => ({
        revision: quote.revision,
        record: quoteRecordHash(quoteRecordOf(quote, payload)),
      })),
      consents: payload.consents.map((consent) => ({
        quoteRevision: consent.quoteRevision,
        record: recordOfConsent(consent, payload),
      })),
      mails: payload.mails.map((mail) => notedMail(mail, payload)),
      notes: notesOfChange(payload, planChangeId),
    });
    return {
      looked: unbound > 0 ? '' : counted(looked, 'record'),
      problems: [...problems, ...shownInMaskedCopy(payload)],
      remarks: problemsOf([
        unbound > 0,
        `${counted(unbound, 'record')} not bound: the notes are from before notes named records`,
      ]),
    };
  },
};

function recordOfConsent({ evidence, ...consent }: BundleConsent, { change, copy }: EvidencePayload): string {
  const { consentId, quoteHash, acceptedAt } = consent;
  const { evidenceId, method, givenAt, receivedAt, agentId, details, link } = evidence;
  const { open, personal } = partedDetails(details);
  const { salt = null, sha256 = '' } = evidence.personal ?? {};
  return consentRecordHash({
    consentId,
    planChangeId: change.planChangeId,
    quoteHash,
    acceptedAt,
    evidenceId,
    method,
    givenAt,
    receivedAt,
    agentId,
    details: open,
    personal: copy === 'full' ? sealedPart(salt ?? '', personal) : sha256,
    link,
    customer: customerRecordOf(consent.customer, copy),
  });
}

function notedMail(mail: BundleMail, { change, copy }: EvidencePayload): NotedMail {
  const { mailId, kind, quoteRevision, createdAt, sealed, htmlSha256 } = mail;
  const words =
    copy === 'full'
      ? sealedWords(sealed?.wordsSalt ?? '', { ...mail, htmlSha256: htmlSha256 ?? '' })
      : (sealed?.words ?? '');
  const { planChangeId } = change;
  const recipient = sealed?.recipient ?? '';
  return {
    kind,
    status: mail.status,
    providerMessageId: mail.providerMessageId,
    acceptedAt: mail.acceptedAt,
    record: mailRecordHash({ mailId, planChangeId, kind, quoteRevision, createdAt, words, recipient }),
    events: mail.events.map(({ event, occurredAt }) => ({
      event,
      record: deliveryRecordHash({ mailId, event, occurredAt }),
    })),
  };
}

/** What a masked copy leaves out it cannot show to be right: there must be nothing of it. */
function shownInMaskedCopy(payload: EvidencePayload): string[] {
  const { copy, format, quotes, consents, notAccepted, mails } = payload;
  // The first format showed what it could of a subject.
  if (copy === 'full' || isFirstFormat(format)) return [];
  const shown = [
    ...[...consents.map(({ evidence }) => evidence), ...notAccepted].flatMap(({ details }) =>
      Object.entries(details).flatMap(([name, value]) => (isPersonalDetail(name) ? [value] : [])),
    ),
    ...mails.flatMap(({ recipient, subject, text }) => [recipient, subject, text]),
  ];
  const called = [...quotes, ...consents].flatMap(({ customer }) => customer ?? []);
  return problemsOf([
    shown.some((value) => value !== LEFT_OUT) ||
      called.some(({ fullName, accountNumber }) => fullName !== NAME || accountNumber !== ACCOUNT),
    'the copy is masked, and yet has personal details or words of a mail, which nothing in it shows to be right',
  ]);
}
