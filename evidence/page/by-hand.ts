import { quoteRecordText } from '../../domain/noted-records.ts';
import { isFirstFormat } from '../first-format.ts';
import type { EvidencePayload } from '../payload.ts';
import { noteOfQuote, quoteRecordOf } from '../quote-record.ts';
import { code, esc } from './html.ts';

/** How to check what was agreed, the price with it, by nothing but a tool that makes a SHA-256. */
export function byHand(payload: EvidencePayload): string {
  if (isFirstFormat(payload.format))
    return `<p>Without the program: the record below is JSON. The SHA-256 of each <code>canonicalJson</code> is the hash of its quote, that of each <code>body</code> the hash of its terms; the signature is over the member <code>payload</code> in canonical form.</p>
`;
  return `<p>Without the program, by any tool that makes a SHA-256: the record below is JSON. The SHA-256 of each <code>canonicalJson</code> is the hash of its quote, to which the customer agreed: it is over the lines, their total, the plan and its version, the promotion, the date and the hash of the terms. The SHA-256 of each <code>body</code> is the hash of its terms. The signature is over the member <code>payload</code> in canonical form.</p>
${payload.quotes.map((quote) => recordOf(quote, payload)).join('')}`;
}

function recordOf(quote: EvidencePayload['quotes'][number], payload: EvidencePayload): string {
  const told = noteOfQuote(payload, quote);
  if (!told) return '';
  const text = quoteRecordText(quoteRecordOf(quote, payload));
  return `<p>The price a month before and after and the next bill are in the record of quote ${quote.revision}, with the script, the times, the quote hash and, since it is kept, a salted hash of the customer’s name and account number. Its SHA-256 is ${code(told.record)}, as note ${told.sequence} ends. It is this text, one line as UTF-8 without a line end:</p>
<pre class="quote-record">${esc(text)}</pre>
`;
}
