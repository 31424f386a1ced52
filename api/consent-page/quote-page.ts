import type { PlanChangeView, QuoteView } from '../../db/read-models/plan-changes.ts';
import { formatDateForPeople, formatInstantForPeople } from '../../domain/calendar.ts';
import { formatMoneyForPeople } from '../../domain/money.ts';
import type { QuotePage } from './page.ts';

/** The quote in plain words for the customer's page. */
export function quotePageOf(
  view: PlanChangeView,
  quote: QuoteView,
  timeZone: string,
  error: string | null,
): QuotePage {
  const money = (minor: bigint | string | null) => formatMoneyForPeople(BigInt(minor ?? 0), view.currency);
  const date = formatDateForPeople(quote.effectiveDate);
  const when = view.activationWhen === 'immediately' ? 'now' : `on ${date}`;
  return {
    title: 'Your plan change',
    error,
    from: `${view.fromPlanName}, ${money(view.fromPriceMinor)}`,
    to: `${view.toPlanName ?? ''}, ${money(view.toPriceMinor)}`,
    effective: view.activationWhen === 'immediately' ? `${date}, as soon as you agree` : date,
    lines: quote.lines.map((line) => ({
      description: line.description,
      days: line.ofDays > 0 ? `${line.days} of ${line.ofDays} days` : null,
      amount: money(line.amountMinor),
    })),
    net: money(quote.netMinor),
    due:
      BigInt(quote.toBalanceMinor) > 0n
        ? `Nothing is due ${when}. ${money(quote.toBalanceMinor)} goes to your account balance and is used on your next bills.`
        : `${money(quote.dueNowMinor)} is due ${when}.`,
    nextBill: `Your next bill is ${money(quote.nextBillMinor)} on ${formatDateForPeople(quote.nextBillDate)}.`,
    interruptions: quote.interruptions,
    termsUrl: `/v1/terms/${encodeURIComponent(quote.termsVersion)}`,
    termsVersion: quote.termsVersion,
    expires: formatInstantForPeople(quote.expiresAt, timeZone),
  };
}
