import { toMoneyJson } from '../../domain/money.ts';
import { isFirstFormat } from '../first-format.ts';
import { minorOf, moneyText } from '../money.ts';
import type { BundleCharge, EvidencePayload } from '../payload.ts';
import { contentOf } from '../quote-content.ts';
import { standingCharges } from '../standing-charges.ts';
import type { Clock } from './clock.ts';
import { doubts, isEstablished } from './failed-checks.ts';
import { code, esc, paragraph, section, table } from './html.ts';
import { takenBackBy } from './later-changes.ts';
import { agentWords } from './who.ts';

/** What was charged, line by line beside what was quoted. */
export function charged(payload: EvidencePayload, clock: Clock): string {
  const { ledger, quotes } = payload;
  if (ledger.charges.length === 0 && ledger.balance.length === 0)
    return section(
      'charged',
      '5. What was charged',
      doubts(payload, 'charged') + paragraph('Nothing: no line was posted for this change.'),
    );
  const quoted = new Map(
    quotes.flatMap((quote) =>
      (contentOf(quote)?.lines ?? []).map(
        (line, index) => [`${quote.revision} ${index + 1}`, line.amount] as const,
      ),
    ),
  );
  const lines = ledger.charges.map((charge) => {
    const offer = quoted.get(`${charge.quoteRevision} ${charge.lineNo}`);
    return [
      `${esc(charge.description)}${charge.reversal ? ' <span class="tag void">taken back</span>' : ''}`,
      esc(charge.effectiveDate),
      offer && !charge.reversal ? esc(moneyText(offer)) : '',
      esc(moneyText(charge.amount)),
    ];
  });
  const standing = standingCharges(payload);
  const net = contentOf(
    quotes.find(({ revision }) => revision === standing[0]?.quoteRevision) ?? { canonicalJson: '' },
  )?.net;
  const posted = table(
    [
      { head: 'Line' },
      { head: 'Date' },
      { head: 'Quoted', kind: 'amount' },
      { head: 'Charged', kind: 'amount' },
    ],
    lines,
    net && ['Total, before tax', '', esc(moneyText(net)), esc(sumText(standing))],
  );
  const balance = ledger.balance.map((entry) => [
    entry.reversal ? 'Taken back from the account balance' : 'To the account balance',
    esc(entry.effectiveDate),
    esc(moneyText(entry.amount)),
  ]);
  const balances =
    balance.length === 0
      ? ''
      : table([{ head: 'Entry' }, { head: 'Date' }, { head: 'Amount', kind: 'amount' }], balance);
  const told = doubts(payload, 'charged') + `<p>${chargedSentence(payload, clock)}</p>\n`;
  return section('charged', '5. What was charged', told + posted + balances);
}

function chargedSentence(payload: EvidencePayload, clock: Clock): string {
  const [first] = standingCharges(payload);
  if (!isEstablished(payload, 'charges'))
    return 'These lines are on record. That they are what the customer agreed to is not established.';
  if (first === undefined) return 'Everything was taken back: nothing of this change stands on the account.';
  const posted = `They were posted ${clock(first.postedAt)}, after the consent to quote ${first.quoteRevision}, and are what was quoted.`;
  if (isFirstFormat(payload.format)) return `These lines stand on the account. ${posted}`;
  if (!isEstablished(payload, 'later'))
    return `${posted} Whether a later change took them back is not established.`;
  const later = takenBackBy(payload);
  return later?.appliedAt
    ? `${posted} The change was taken back later: plan change ${code(later.planChangeId)}, opened by ${esc(agentWords(payload, later.openedBy))}, was applied ${clock(later.appliedAt)}. These lines were not reversed for it: what it gives back or charges are lines of its own, in its own proof.`
    : `When this file was made these lines stood on the account. ${posted}`;
}

function sumText(charges: readonly BundleCharge[]): string {
  const currency = charges[0]?.amount.currency ?? '';
  const sum = charges.reduce((total, { amount }) => total + (minorOf(amount) ?? 0n), 0n);
  return moneyText(toMoneyJson(sum, currency));
}
