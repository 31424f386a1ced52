import { isFirstFormat } from '../first-format.ts';
import type { BundleEvidence, EvidencePayload } from '../payload.ts';
import { shownPage } from '../shown-page.ts';
import type { Clock } from './clock.ts';
import { declineOf, howDeclined } from './declined.ts';
import { doubts } from './failed-checks.ts';
import { esc, paragraph, quotation, section } from './html.ts';

/** What was said or shown before the customer agreed, word for word. */
export function saidOrShown(payload: EvidencePayload, clock: Clock): string {
  const { quotes, change } = payload;
  const parts = quotes.map((quote) => {
    const shownPages = allEvidence(payload).filter(
      ({ quoteHash, details }) => quoteHash === quote.hash && shownPage(details) !== undefined,
    );
    const isVoid = quote.revision < change.quoteRevision;
    const script = `<h3>Script ${esc(quote.script.version)} for quote ${quote.revision}${isVoid ? ' (void)' : ''}</h3>\n${paragraph(
      scriptWords(payload, quote.hash),
    )}${quotation(quote.script.text)}`;
    return script + shownPages.map((evidence) => shownPageHtml(evidence, clock)).join('');
  });
  const html = parts.join('') || paragraph('Nothing: there was no offer.');
  return section('said', '3. What was said or shown', doubts(payload, 'said') + html);
}

/** Whether the words were read aloud is in the recording of a call, and what was signed in a document; neither is here. */
function scriptWords(payload: EvidencePayload, quoteHash: string): string {
  const words = 'The words that the agent reads aloud before the customer answers';
  if (isFirstFormat(payload.format)) return `${words}:`;
  const answers = allEvidence(payload).filter((evidence) => evidence.quoteHash === quoteHash);
  if (answers.some(({ method: by }) => by === 'verbal'))
    return `${words}. That they were read rests on what the agent entered; the recording would show it, and is not in this file:`;
  if (answers.some(({ agentId }) => agentId !== null))
    return 'The words for a call. The agent entered a signed document instead, which is not in this file: nothing here says that these words were read aloud, nor that they are in the document.';
  const decline = declineOf(payload);
  if (decline?.quoteHash === quoteHash)
    return `The words for a call. The customer declined this quote ${howDeclined(decline)}: nothing here says that they were read aloud.`;
  return answers.length === 0
    ? `${words}. No answer to this quote is on record:`
    : 'The words for a call. The customer answered in writing: nothing here says that they were read aloud.';
}

function allEvidence({ consents, notAccepted }: EvidencePayload): BundleEvidence[] {
  return [...consents.map(({ evidence }) => evidence), ...notAccepted];
}

function shownPageHtml({ details, receivedAt }: BundleEvidence, clock: Clock): string {
  return `<h3>The page that the customer saw</h3>
<p>The words of the page behind the link when the customer agreed, ${clock(receivedAt)}:</p>
${quotation((shownPage(details) ?? []).join('\n'))}`;
}
