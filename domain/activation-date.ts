import type { BillingInterval } from './billing-cycle.ts';
import { cycleContaining } from './billing-cycle.ts';
import { addDays, isPlainDate, localDateOf, startOfLocalDate } from './calendar.ts';

/** When the customer wants the new plan: "immediately unless the customer requests a future date". */
export type RequestedActivation =
  | { readonly when: 'immediately' }
  | { readonly when: 'end_of_cycle' }
  | { readonly when: 'on_date'; readonly date: string };

export interface ActivationDate {
  /** Local date in the account's zone; the new plan owns that day. */
  readonly effectiveDate: string;
  /** First instant of that local date, ISO with Z; null for `immediately`. */
  readonly activateAt: string | null;
}

export interface ActivationDateInput {
  readonly requested: RequestedActivation;
  /** ISO instant, workflow time. */
  readonly now: string;
  readonly timeZone: string;
  readonly anchorDate: string;
  readonly interval: BillingInterval;
  readonly furthestDateDays: number;
}

/**
 * Works out the effective date and the instant at which it starts.
 * @returns undefined when the date cannot be used: not after today, too far ahead, not a date, or a date that
 *   the account's zone skipped (Pacific/Apia 2011-12-30).
 */
export function resolveActivationDate(input: ActivationDateInput): ActivationDate | undefined {
  const today = localDateOf(input.now, input.timeZone);
  if (input.requested.when === 'immediately') return { effectiveDate: today, activateAt: null };

  const effectiveDate =
    input.requested.when === 'on_date'
      ? input.requested.date
      : cycleContaining(input.anchorDate, input.interval, today).end;
  if (!isPlainDate(effectiveDate)) return undefined;
  if (effectiveDate <= today || effectiveDate > addDays(today, input.furthestDateDays)) return undefined;
  try {
    return { effectiveDate, activateAt: startOfLocalDate(effectiveDate, input.timeZone) };
  } catch {
    return undefined;
  }
}

export interface QuoteWindowsInput extends ActivationDate {
  readonly now: string;
  readonly timeZone: string;
  readonly quoteMs: number;
  readonly consentMs: number;
}

export interface QuoteWindows {
  /** Consent to this quote counts until here. */
  readonly expiresAt: string;
  /** Without any consent the change expires here. */
  readonly consentDeadlineAt: string;
  /** The customer is reminded here, at half of the window. */
  readonly remindAt: string;
}

/**
 * The instants that guard a quote. A quote for `immediately` never outlives the local day it was made on,
 * and no window of a dated change reaches past the date itself.
 */
export function quoteWindows(input: QuoteWindowsInput): QuoteWindows {
  const now = Date.parse(input.now);
  const tomorrow = startOfNextLocalDay(localDateOf(input.now, input.timeZone), input.timeZone);
  const activation = input.activateAt === null ? Infinity : Date.parse(input.activateAt);
  const dayEnd = input.activateAt === null ? Date.parse(tomorrow) : Infinity;
  const consentDeadline = Math.min(now + input.consentMs, activation);
  return {
    expiresAt: iso(Math.min(now + input.quoteMs, dayEnd, activation)),
    consentDeadlineAt: iso(consentDeadline),
    remindAt: iso(now + Math.floor((consentDeadline - now) / 2)),
  };
}

/** A zone may have skipped whole dates, so the next local day is not always the next calendar date. */
function startOfNextLocalDay(today: string, timeZone: string): string {
  const next = addDays(today, 1);
  try {
    return startOfLocalDate(next, timeZone);
  } catch {
    return startOfNextLocalDay(next, timeZone);
  }
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
