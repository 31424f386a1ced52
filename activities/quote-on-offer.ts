import { quoteWindows } from '../domain/activation-date.ts';
import { interruptionsOf } from '../domain/interruptions.ts';
import type { AccountFacts, QuotedTerms } from '../domain/plan-change-terms.ts';
import type { Policy } from '../domain/policy.ts';
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

/** Writes the change row by `write` and the quote, and returns what the workflow waits by. */
export async function offerQuote(
  tx: StepTransaction,
  change: { planChangeId: string; revision: number; now: string },
  account: AccountFacts,
  terms: QuotedTerms,
  policy: Policy,
  write: (windows: {
    effectiveDate: string;
    activateAt: string | null;
    consentDeadlineAt: string;
  }) => Promise<void>,
): Promise<QuoteOnOffer> {
  const { effectiveDate, activateAt } = terms;
  const windows = quoteWindows({
    ...policy,
    effectiveDate,
    activateAt,
    now: change.now,
    timeZone: account.timeZone,
  });
  await write({ effectiveDate, activateAt, consentDeadlineAt: windows.consentDeadlineAt });
  await tx.insertQuote({
    planChangeId: change.planChangeId,
    revision: change.revision,
    quote: terms.quote,
    activateAt,
    termsVersion: account.terms.version,
    interruptions: interruptionsOf(terms.from.technology, terms.to.technology),
    expiresAt: windows.expiresAt,
  });
  return { revision: change.revision, hash: terms.quote.hash, effectiveDate, activateAt, ...windows };
}
