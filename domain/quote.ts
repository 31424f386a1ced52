import {
  cycleContaining,
  cycleEndingOnOrAfter,
  type BillingCycle,
  type BillingInterval,
} from './billing-cycle.ts';
import { consentScript, type ConsentScript } from './consent-script.ts';
import { prorate, type Proration } from './proration.ts';
import { hashQuote } from './quote-hash.ts';

export type ActivationWhen = 'immediately' | 'on_date' | 'end_of_cycle';

/** A version of a plan at the price this account pays or will pay: its own price, a promotion taken off. */
export interface PricedPlan {
  planCode: string;
  planName: string;
  version: number;
  priceMinor: bigint;
  interval: BillingInterval;
}

/** `amountMinor` is signed: credit <= 0, charge >= 0, fee 0. `end` is exclusive. */
export interface QuoteLine {
  kind: 'credit' | 'charge' | 'fee';
  description: string;
  start: string;
  end: string;
  days: number;
  ofDays: number;
  amountMinor: bigint;
}

export interface QuoteInput {
  planChangeId: string;
  /** 1 for the first quote of a change, one more for each new one. */
  quoteRevision: number;
  currency: string;
  timeZone: string;
  /** The subscription's first bill day; kept when the interval changes. */
  anchorDate: string;
  when: ActivationWhen;
  /** The local date from which the new plan counts. */
  effectiveDate: string;
  /** `soldUntil`: the first date on which nobody may change to it any more. */
  from: PricedPlan & { readonly soldUntil?: string | null };
  to: PricedPlan;
  promotionCode: string | null;
  /** What was billed for the running period less earlier credits (money rule 7). */
  creditCapMinor: bigint;
  /** Account balance >= 0 on the effective date before this change (see `balanceBeforeChange`). */
  balanceMinor: bigint;
  terms: { version: string; sha256: string };
  /** What the customer must be told about interruptions of service before agreeing, as sentences. */
  interruptions: readonly string[];
}

export interface Quote {
  effectiveDate: string;
  /** Always three: credit, charge, fee. */
  lines: QuoteLine[];
  netMinor: bigint;
  dueNowMinor: bigint;
  toBalanceMinor: bigint;
  nextBill: { date: string; amountMinor: bigint };
  canonicalJson: string;
  hash: string;
  script: ConsentScript;
  /** Those of the input, which the script says. */
  interruptions: readonly string[];
}

/**
 * The figures of a plan change (docs/ARCHITECTURE.md, money rules 2 and 5 to 12). The same function quotes and,
 * at activation, recomputes for the drift check, so what is previewed is what is charged.
 * @throws DomainError UNKNOWN_CURRENCY, BAD_DATE, BAD_AMOUNT
 */
export function quotePlanChange(input: QuoteInput): Quote {
  const { effectiveDate, currency, from, to } = input;
  const cycleFor = cycleRule(input.when);
  const oldCycle = cycleFor(input.anchorDate, from.interval, effectiveDate);
  const newCycle = cycleFor(input.anchorDate, to.interval, effectiveDate);
  const proration = prorate({
    oldPriceMinor: from.priceMinor,
    newPriceMinor: to.priceMinor,
    oldCycle,
    newCycle,
    changeDate: effectiveDate,
    creditCapMinor: input.creditCapMinor,
  });
  const lines = linesOf(input, proration, oldCycle, newCycle);
  const { netMinor } = proration;
  const toBalanceMinor = atLeastZero(-netMinor);
  const figures = {
    effectiveDate,
    lines,
    netMinor,
    dueNowMinor: atLeastZero(netMinor),
    toBalanceMinor,
    nextBill: {
      date: newCycle.end,
      amountMinor: atLeastZero(to.priceMinor - input.balanceMinor - toBalanceMinor),
    },
  };
  const { canonicalJson, hash } = hashQuote({
    planChangeId: input.planChangeId,
    quoteRevision: input.quoteRevision,
    planCode: to.planCode,
    planVersion: to.version,
    promotionCode: input.promotionCode,
    effectiveDate,
    termsSha256: input.terms.sha256,
    currency,
    lines,
    netMinor,
  });
  const { interruptions } = input;
  return { ...figures, canonicalJson, hash, script: consentScript(input, figures), interruptions };
}

/**
 * Which cycle is running at the change (money rule 10), for the old and the new interval alike.
 *
 * `immediately` happens during the day, after that day's bill: on the first day of a cycle the old plan has
 * just been billed in full, so it is credited in full and the new plan charged in full.
 *
 * A dated change happens as its date begins, before that day's bill. At a boundary of the old plan's cycles
 * nothing is left to credit; at a boundary of the new plan's cycles nothing is charged, because the next bill,
 * on that very date, is already the new plan's. With equal intervals both hold at once: net 0.00. With
 * different intervals each side is judged by its own cycles, so that no day is free or billed twice:
 * month → year at the end of a month credits 0 and charges the rest of the anchor's year, unless that is the
 * anniversary; year → month inside the year credits the rest of the year, charges the rest of the month and
 * on a bill day of the month charges 0, as the bill of that date follows.
 */
function cycleRule(when: ActivationWhen): typeof cycleContaining {
  return when === 'immediately' ? cycleContaining : cycleEndingOnOrAfter;
}

function linesOf(
  { effectiveDate, from, to }: QuoteInput,
  { creditMinor, chargeMinor, isCreditCapped, creditDays, chargeDays }: Proration,
  oldCycle: BillingCycle,
  newCycle: BillingCycle,
): QuoteLine[] {
  const limit = isCreditCapped ? ', limited to what was billed' : '';
  return [
    {
      kind: 'credit',
      description: `Credit for unused time on ${from.planName}${limit}`,
      start: effectiveDate,
      end: oldCycle.end,
      days: creditDays[0],
      ofDays: creditDays[1],
      amountMinor: -creditMinor,
    },
    {
      kind: 'charge',
      description: `Charge for remaining time on ${to.planName}`,
      start: effectiveDate,
      end: newCycle.end,
      days: chargeDays[0],
      ofDays: chargeDays[1],
      amountMinor: chargeMinor,
    },
    // Money rule 8: changing costs nothing, which the customer sees as a line; it covers no days.
    {
      kind: 'fee',
      description: 'Plan change fee',
      start: effectiveDate,
      end: effectiveDate,
      days: 0,
      ofDays: 0,
      amountMinor: 0n,
    },
  ];
}

function atLeastZero(minor: bigint): bigint {
  return minor > 0n ? minor : 0n;
}
