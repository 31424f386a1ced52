import { formatDateForPeople } from '../../domain/calendar.ts';
import { agreedCustomer } from '../agreed-customer.ts';
import { isFirstFormat } from '../first-format.ts';
import { moneyText, planPriceText } from '../money.ts';
import type { EvidencePayload } from '../payload.ts';
import { standingCharges } from '../standing-charges.ts';
import type { Clock } from './clock.ts';
import { failedChecks, isEstablished } from './failed-checks.ts';
import { declineOf, howDeclined } from './declined.ts';
import { esc, list } from './html.ts';
import { laterSentences, takenBackBy } from './later-changes.ts';
import { mailStatusWords, statusWords } from './words.ts';

/** The exhibit in two sentences, and before them whatever in the record does not hold. */
export function findingHtml(payload: EvidencePayload, clock: Clock): string {
  const consent = currentConsent(payload);
  const when = consent?.acceptedAt ?? declineOf(payload)?.at;
  const sentences = esc(finding(payload)).replaceAll('{when}', when === undefined ? '' : clock(when));
  const isGood = isApplied(payload) && isEstablished(payload, 'charges') && !takenBackBy(payload);
  const later = laterSentences(payload, clock).map((sentence) => ` ${sentence}`);
  return `${discrepancy(payload)}<p class="finding${isGood ? '' : ' open'}">${sentences}${later.join('')}</p>\n`;
}

function discrepancy(payload: EvidencePayload): string {
  const failed = failedChecks(payload);
  if (failed.length === 0) return '';
  const count = failed.length === 1 ? 'One check' : `${failed.length} checks`;
  return `<p class="finding open"><strong>This record contradicts itself.</strong> ${count} of it failed when this file was made. The file is signed as it stands, and is evidence of that:</p>
${list(failed.flatMap(({ title, problems }) => problems.map((problem) => `${title}: ${problem}`)))}`;
}

function isApplied(payload: EvidencePayload): boolean {
  return payload.change.appliedAt !== null && standingCharges(payload).length > 0;
}

function currentConsent({
  consents,
  change,
}: EvidencePayload): EvidencePayload['consents'][number] | undefined {
  return consents.find(({ quoteRevision }) => quoteRevision === change.quoteRevision);
}

/** `{when}` is where the instant of the consent goes. Nothing is stated that a failed check speaks against. */
function finding(payload: EvidencePayload): string {
  const { change, quotes, company } = payload;
  const { fullName } = agreedCustomer(payload);
  const isFirst = isFirstFormat(payload.format);
  const named = isFirst ? ({ planName }: { planName: string }) => planName : planPriceText;
  const from = named(change.from);
  const to = change.to ? named(change.to) : change.requestedPlanCode;
  const comma = isFirst ? '' : ',';
  const consent = currentConsent(payload);
  const quote = quotes.find(({ revision }) => revision === change.quoteRevision);
  const effective =
    change.activation.date === null ? '' : `, from ${formatDateForPeople(change.activation.date)} on`;
  const nextBill =
    isFirst || !quote
      ? ''
      : ` By the quote agreed to the next bill is ${moneyText(quote.nextBill.amount)} on ${formatDateForPeople(quote.nextBill.date)}.`;
  if (!consent) {
    const wish = `${fullName} asked ${company.name} to change from ${from}${comma} to ${to}`;
    const asked = `${wish}. No consent to the current quote is on record`;
    if (!isEstablished(payload, 'charges'))
      return `${asked}. This record does not establish what was charged.`;
    const earlier = payload.consents.length > 0 ? ' An earlier consent was made void by a newer quote.' : '';
    const decline = declineOf(payload);
    if (decline)
      return `${wish}, and declined the offer ${howDeclined(decline)}, {when}. Nothing was charged.${earlier}`;
    return `${asked}, and nothing was charged: the change is ${statusWords(change.status)}.${earlier}`;
  }
  if (!isEstablished(payload, 'agreement'))
    return `This record does not establish what ${fullName} agreed to, nor that it is what was charged.`;
  const agreedSentence = `${fullName} agreed ${howAgreed(payload.format, consent)}, {when}, to change from ${from}${comma} to ${to}${effective}.`;
  if (!isEstablished(payload, 'charges'))
    return `${agreedSentence} This record does not establish that what was charged is what was agreed to.`;
  if (!isApplied(payload))
    return `${agreedSentence} Nothing of it stands on the account: the change is ${statusWords(change.status)}.`;
  const due = quote
    ? `${moneyText(quote.dueNow)} due, ${moneyText(quote.toBalance)} to the account balance`
    : '';
  return `${agreedSentence} After that the plan was applied, and exactly what was quoted was charged: ${due}.${nextBill}${summaryWords(payload)}`;
}

/** What rests on an agent's entry is told as that: neither recording nor document is in the file. */
function howAgreed(
  format: EvidencePayload['format'],
  { evidence: { method, details } }: EvidencePayload['consents'][number],
): string {
  const isFirst = isFirstFormat(format);
  if (method === 'written') {
    if (isFirst) return 'in writing';
    return details['channel'] === 'link'
      ? 'on the page of a link'
      : `in writing (document with SHA-256 ${String(details['sha256']).slice(0, 16)}…, as the agent entered it)`;
  }
  return isFirst
    ? 'in a recorded call'
    : `in a recorded call (recording ${String(details['id'])}, as the agent entered it)`;
}

function summaryWords({ format, mails }: EvidencePayload): string {
  const summary = mails.findLast(({ kind }) => kind === 'summary');
  if (isFirstFormat(format) || summary === undefined) return '';
  return ['bounced', 'dropped', 'given_up'].includes(summary.status)
    ? ` The summary by email did not reach the customer: ${mailStatusWords(summary.status, format)}.`
    : '';
}
