import type { BillingInterval } from './billing-cycle.ts';
import type { Allowances } from './plan-inclusions.ts';
import type { HoldReason } from './plan-change-status.ts';
import type { ActivationWhen, QuoteLine } from './quote.ts';

/** A change that is quoted and not applied, as a mail to the customer tells about it. */
export interface PendingChange {
  readonly planChangeId: string;
  readonly customer: { readonly fullName: string; readonly email: string; readonly timeZone: string };
  readonly currency: string;
  readonly when: ActivationWhen;
  readonly effectiveDate: string;
  readonly from: {
    readonly planName: string;
    readonly priceMinor: bigint;
    readonly interval: BillingInterval;
  };
  readonly to: {
    readonly planName: string;
    readonly priceMinor: bigint;
    readonly interval: BillingInterval;
    readonly features: readonly string[];
    readonly allowances: Allowances;
  };
  readonly promotionCode: string | null;
  readonly lines: readonly QuoteLine[];
  readonly netMinor: bigint;
  readonly dueNowMinor: bigint;
  readonly toBalanceMinor: bigint;
  readonly nextBill: { readonly date: string; readonly amountMinor: bigint };
  readonly interruptions: readonly string[];
  readonly termsVersion: string;
  readonly quoteExpiresAt: string;
  readonly consentDeadlineAt: string;
  /** Whether the quote can still be agreed to when the mail is written (workflow time). */
  readonly quoteIsOpen: boolean;
  readonly holdReason: HoldReason | null;
  /** Where a hold ends by itself, ISO instant; null: the mail is not about a hold. */
  readonly holdEndsAt: string | null;
}
