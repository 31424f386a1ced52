import type { RequestedActivation } from './activation-date.ts';
import { resolveActivationDate } from './activation-date.ts';
import type { BalanceEntry } from './account-balance.ts';
import { balanceBeforeChange, billsBetween } from './account-balance.ts';
import { cycleContaining, cycleEndingOnOrAfter } from './billing-cycle.ts';
import { addDays, localDateOf } from './calendar.ts';
import type { HoldReason } from './plan-change-status.ts';
import type { RejectionCode } from './failures.ts';
import type { PlanHistoryEntry } from './plan-history.ts';
import { periodsInLocalDates } from './plan-history.ts';
import type { PricedPlan, Quote } from './quote.ts';
import { interruptionsOf } from './interruptions.ts';
import { quotePlanChange } from './quote.ts';

export type Technology = 'none' | 'dsl' | 'fiber';

/** The plan an account has now, with the price this account pays for it. */
export interface CurrentPlan extends PricedPlan {
  readonly technology: Technology;
  /** First date on which nobody may change to it any more; null: no end. */
  readonly soldUntil: string | null;
  /** ISO instant with microseconds as the database gives it: names the period exactly. */
  readonly validFrom: string;
  /** The charge line of the change that opened the period; null for the plan the account came with. */
  readonly openingCharge: {
    readonly effectiveDate: string;
    readonly days: number;
    readonly amountMinor: bigint;
  } | null;
}

/** The newest published version of the plan asked for. */
export interface OfferedPlan extends PricedPlan {
  readonly currency: string;
  readonly technology: Technology;
  readonly features: readonly string[];
  /** First date on which it may start. */
  readonly availableFrom: string;
  /** First date on which it may no longer start; null: no end. */
  readonly availableUntil: string | null;
}

export interface Promotion {
  readonly promotionCode: string;
  readonly planCode: string;
  readonly percentOff: number | null;
  readonly amountOffMinor: bigint | null;
  readonly validFrom: string;
  /** First date on which it can no longer be used. */
  readonly validUntil: string;
  readonly withdrawn: boolean;
}

/** Everything a quote depends on, read in one go under the lock of the subscription. */
export interface AccountFacts {
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly accountStatus: 'active' | 'suspended' | 'closed';
  readonly currency: string;
  readonly timeZone: string;
  readonly anchorDate: string;
  readonly current: CurrentPlan;
  readonly offered: OfferedPlan | null;
  readonly promotion: Promotion | null;
  readonly terms: { readonly version: string; readonly sha256: string };
  /** Every plan the account has had, in order. */
  readonly periods: readonly PlanHistoryEntry[];
  readonly balanceEntries: readonly BalanceEntry[];
  readonly openPlanChangeId: string | null;
}

export interface PlanChangeRequest {
  readonly planChangeId: string;
  readonly quoteRevision: number;
  readonly promotionCode: string | null;
  readonly activation: RequestedActivation;
  /** ISO instant, workflow time. */
  readonly now: string;
  readonly furthestDateDays: number;
}

/** What was asked, fully priced: ready to be shown to the customer. */
export interface QuotedTerms {
  readonly effectiveDate: string;
  readonly activateAt: string | null;
  readonly from: CurrentPlan;
  readonly to: OfferedPlan;
  readonly quote: Quote;
}

/**
 * Judges a request against the facts of the account and prices it. Pure: the same facts give the same quote.
 * @returns the priced terms, or the code of the first rule that refuses the request.
 */
export function termsOf(request: PlanChangeRequest, facts: AccountFacts): QuotedTerms | RejectionCode {
  if (facts.accountStatus !== 'active') return 'account-not-active';
  if (facts.offered === null) return 'plan-unknown';
  if (facts.offered.planCode === facts.current.planCode) return 'plan-already-active';
  if (facts.offered.currency !== facts.currency) return 'plan-not-available';

  const date = resolveActivationDate({
    requested: request.activation,
    now: request.now,
    timeZone: facts.timeZone,
    anchorDate: facts.anchorDate,
    interval: facts.current.interval,
    furthestDateDays: request.furthestDateDays,
  });
  if (date === undefined) return 'activation-date-invalid';
  if (!isOnSale(facts.offered, date.effectiveDate)) return 'plan-not-available';
  const today = localDateOf(request.now, facts.timeZone);
  if (request.promotionCode !== null && !mayUse(facts, [today, date.effectiveDate]))
    return 'promotion-not-applicable';

  const to = { ...facts.offered, priceMinor: promotionalPrice(facts.offered.priceMinor, facts.promotion) };
  const quote = price({ ...request, when: request.activation.when, ...date }, facts, to);
  return { ...date, from: facts.current, to, quote };
}

/** What was agreed, as far as the drift rule compares it. */
export interface AgreedTerms {
  readonly planChangeId: string;
  readonly quoteRevision: number;
  readonly when: RequestedActivation['when'];
  readonly effectiveDate: string;
  readonly quoteHash: string;
  readonly promotionCode: string | null;
  readonly from: {
    readonly planCode: string;
    readonly version: number;
    readonly priceMinor: bigint;
    readonly validFrom: string;
  };
  readonly to: { readonly planCode: string; readonly version: number; readonly priceMinor: bigint };
  readonly terms: { readonly version: string; readonly sha256: string };
}

/**
 * The drift rule: at activation everything the quote was made of is compared with what is true now.
 * @returns the first difference, or null when the agreed figures may be charged.
 */
export function driftOf(agreed: AgreedTerms, facts: AccountFacts): HoldReason | null {
  if (facts.accountStatus !== 'active') return 'account_not_active';
  const { current, offered, promotion } = facts;
  if (
    current.planCode !== agreed.from.planCode ||
    current.version !== agreed.from.version ||
    current.priceMinor !== agreed.from.priceMinor ||
    current.validFrom !== agreed.from.validFrom
  ) {
    return 'current_plan_changed';
  }
  if (offered === null || !isOnSale(offered, agreed.effectiveDate)) return 'plan_unavailable';
  if (agreed.promotionCode !== null && !mayUse(facts, [agreed.effectiveDate])) return 'promotion_unavailable';
  const priceMinor = promotionalPrice(offered.priceMinor, promotion);
  if (priceMinor !== agreed.to.priceMinor) return 'price_changed';
  if (offered.version !== agreed.to.version) return 'plan_version_changed';

  const quote = price(agreed, { ...facts, terms: agreed.terms }, { ...offered, priceMinor });
  return quote.hash === agreed.quoteHash ? null : 'quote_changed';
}

function price(
  change: {
    planChangeId: string;
    quoteRevision: number;
    when: RequestedActivation['when'];
    effectiveDate: string;
  },
  facts: AccountFacts,
  to: OfferedPlan,
): Quote {
  const { effectiveDate, when } = change;
  return quotePlanChange({
    planChangeId: change.planChangeId,
    quoteRevision: change.quoteRevision,
    currency: facts.currency,
    timeZone: facts.timeZone,
    anchorDate: facts.anchorDate,
    when,
    effectiveDate,
    from: facts.current,
    to,
    promotionCode: facts.promotion?.promotionCode ?? null,
    creditCapMinor: billedForRunningPeriod(facts, when, effectiveDate),
    balanceMinor: balanceFor(facts, change),
    terms: facts.terms,
    interruptions: interruptionsOf(facts.current.technology, to.technology),
  });
}

/** The account balance the change starts from: earlier surpluses less the bills that used them up. */
function balanceFor(
  facts: AccountFacts,
  change: { readonly when: RequestedActivation['when']; readonly effectiveDate: string },
): bigint {
  const { balanceEntries, timeZone, anchorDate } = facts;
  const first = balanceEntries[0]?.date;
  if (first === undefined) return 0n;
  const periods = periodsInLocalDates(facts.periods, timeZone);
  const bills = billsBetween(periods, anchorDate, first, addDays(change.effectiveDate, 1));
  return balanceBeforeChange(balanceEntries, bills, change);
}

/**
 * Money rule 7: a credit never exceeds what was billed for the running period. A plan that began within the
 * period was billed by its own charge line; otherwise the period was billed in full in advance.
 */
function billedForRunningPeriod(
  facts: AccountFacts,
  when: RequestedActivation['when'],
  effectiveDate: string,
): bigint {
  const { openingCharge, interval, priceMinor } = facts.current;
  const cycle =
    when === 'immediately'
      ? cycleContaining(facts.anchorDate, interval, effectiveDate)
      : cycleEndingOnOrAfter(facts.anchorDate, interval, effectiveDate);
  const beganWithin =
    openingCharge !== null && openingCharge.effectiveDate >= cycle.start && openingCharge.days > 0;
  return beganWithin ? openingCharge.amountMinor : priceMinor;
}

function isOnSale(plan: OfferedPlan, date: string): boolean {
  return runsOn(date, plan.availableFrom, plan.availableUntil);
}

/** Whether a date lies in a window that ends before `until`; null: it does not end. */
export function runsOn(date: string, from: string, until: string | null): boolean {
  return from <= date && (until === null || date < until);
}

function mayUse(facts: AccountFacts, dates: readonly string[]): boolean {
  const { promotion, offered } = facts;
  return (
    promotion !== null &&
    !promotion.withdrawn &&
    promotion.planCode === offered?.planCode &&
    dates.every((date) => runsOn(date, promotion.validFrom, promotion.validUntil))
  );
}

/** A percentage is rounded in the company's favour by less than a minor unit: the discount is cut down. */
export function promotionalPrice(listMinor: bigint, promotion: Promotion | null): bigint {
  if (promotion === null) return listMinor;
  const off = promotion.amountOffMinor ?? (listMinor * BigInt(promotion.percentOff ?? 0)) / 100n;
  return off >= listMinor ? 0n : listMinor - off;
}
