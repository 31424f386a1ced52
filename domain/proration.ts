import type { BillingCycle } from './billing-cycle.ts';
import { daysBetween, plainDate } from './calendar.ts';
import { DomainError } from './domain-error.ts';
import { divideHalfAwayFromZero } from './money.ts';

/** Prices and cap in minor units of one currency, >= 0; dates in the account's time zone. */
export interface ProrationInput {
  oldPriceMinor: bigint;
  newPriceMinor: bigint;
  oldCycle: BillingCycle;
  newCycle: BillingCycle;
  /** The first date of the new plan; from the start of each cycle up to and including its end. */
  changeDate: string;
  /** What was billed for the period less earlier credits (money rule 7). Without it nothing is capped. */
  creditCapMinor?: bigint;
}

/** Credit and charge are both >= 0; net = charge - credit. Days are [remaining, whole cycle]. */
export interface Proration {
  creditMinor: bigint;
  chargeMinor: bigint;
  netMinor: bigint;
  isCreditCapped: boolean;
  creditDays: readonly [number, number];
  chargeDays: readonly [number, number];
}

/**
 * credit = old price × R/D and charge = new price × R'/D', each rounded once, then netted
 * (docs/ARCHITECTURE.md, money rules 2 and 7; published example kb-04 has two different cycles, met-03 a
 * change at the end of a cycle: 0 of D days and nothing due).
 * @throws DomainError BAD_DATE, BAD_AMOUNT (negative price or cap), BAD_CYCLE (start not before end, or the
 *   change outside start <= date <= end)
 */
export function prorate(input: ProrationInput): Proration {
  const { oldPriceMinor, newPriceMinor, changeDate, creditCapMinor } = input;
  for (const amount of [oldPriceMinor, newPriceMinor, creditCapMinor ?? 0n]) {
    if (amount < 0n) throw new DomainError('BAD_AMOUNT', 'Prices and the credit cap must be zero or more');
  }
  const creditDays = remainingDays('old', input.oldCycle, changeDate);
  const chargeDays = remainingDays('new', input.newCycle, changeDate);
  const uncappedMinor = shareOf(oldPriceMinor, creditDays);
  const isCreditCapped = creditCapMinor !== undefined && creditCapMinor < uncappedMinor;
  const creditMinor = isCreditCapped ? creditCapMinor : uncappedMinor;
  const chargeMinor = shareOf(newPriceMinor, chargeDays);
  const netMinor = chargeMinor - creditMinor;
  return { creditMinor, chargeMinor, netMinor, isCreditCapped, creditDays, chargeDays };
}

function remainingDays(side: string, { start, end }: BillingCycle, changeDate: string): [number, number] {
  plainDate(changeDate);
  const days = daysBetween(start, end);
  if (days <= 0) throw new DomainError('BAD_CYCLE', `The ${side} cycle must start before it ends`);
  if (changeDate < start || changeDate > end) {
    throw new DomainError(
      'BAD_CYCLE',
      `The change on ${changeDate} is outside the ${side} cycle ${start} to ${end}`,
    );
  }
  return [daysBetween(changeDate, end), days];
}

function shareOf(priceMinor: bigint, [remaining, whole]: [number, number]): bigint {
  return divideHalfAwayFromZero(priceMinor * BigInt(remaining), BigInt(whole));
}
