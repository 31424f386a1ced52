import type { RequestedActivation } from '../domain/activation-date.ts';
import { quoteWindows } from '../domain/activation-date.ts';
import { toMoneyJson } from '../domain/money.ts';
import type { QuoteBasis, QuotedPlan } from '../domain/noted-records.ts';
import type { AccountFacts, QuotedTerms } from '../domain/plan-change-terms.ts';
import type { Policy } from '../domain/policy.ts';
import type { PricedPlan } from '../domain/quote.ts';
import type { StepTransaction } from './ports.ts';

/** What the workflow keeps of a quote: a hash and the instants it waits for. */
export interface QuoteOnOffer {
  readonly revision: number;
  readonly hash: string;
  readonly effectiveDate: string;
  readonly activateAt: string | null;
  readonly expiresAt: string;
  readonly consentDeadlineAt: string;
  /** Half of the consent window; null in older histories, for a quote that was taken over from the database. */
  readonly remindAt: string | null;
}

/** Writes the change row by `write` and the quote, and returns what the workflow waits by, and its record's hash. */
export async function offerQuote(
  tx: StepTransaction,
  change: { planChangeId: string; revision: number; now: string; activation: RequestedActivation },
  account: AccountFacts,
  terms: QuotedTerms,
  policy: Policy,
  write: (windows: {
    effectiveDate: string;
    activateAt: string | null;
    consentDeadlineAt: string;
  }) => Promise<void>,
): Promise<{ readonly offer: QuoteOnOffer; readonly record: string }> {
  const { effectiveDate, activateAt } = terms;
  const windows = quoteWindows({
    ...policy,
    effectiveDate,
    activateAt,
    now: change.now,
    timeZone: account.timeZone,
  });
  await write({ effectiveDate, activateAt, consentDeadlineAt: windows.consentDeadlineAt });
  const record = await tx.insertQuote({
    planChangeId: change.planChangeId,
    revision: change.revision,
    quote: terms.quote,
    basis: basisOf(change.activation, terms, account.currency),
    activateAt,
    termsVersion: account.terms.version,
    interruptions: terms.quote.interruptions,
    expiresAt: windows.expiresAt,
  });
  const { hash } = terms.quote;
  return { offer: { revision: change.revision, hash, effectiveDate, activateAt, ...windows }, record };
}

function basisOf({ when }: RequestedActivation, { from, to }: QuotedTerms, currency: string): QuoteBasis {
  const plan = ({ planCode, planName, version, priceMinor, interval }: PricedPlan): QuotedPlan => ({
    planCode,
    planName,
    version,
    price: toMoneyJson(priceMinor, currency),
    interval,
  });
  return { when, from: plan(from), to: plan(to) };
}
