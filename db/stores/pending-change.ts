import type { Knex } from 'knex';
import type { PendingChange } from '../../domain/pending-change.ts';
import type { BillingInterval } from '../../domain/billing-cycle.ts';
import type { Allowances } from '../../domain/plan-inclusions.ts';
import { isoInstant, row } from '../sql.ts';
import type { StoredLine } from './quote-lines.ts';
import { fromStoredLines } from './quote-lines.ts';

/** What the database knows; where a hold ends is the policy's. */
export type StoredPendingChange = Omit<PendingChange, 'holdEndsAt'>;

interface PendingRow extends Omit<StoredPendingChange, 'lines' | 'from' | 'to' | 'nextBill'> {
  lines: StoredLine[];
  from: { planName: string; priceMinor: string; interval: BillingInterval };
  to: {
    planName: string;
    priceMinor: string;
    interval: BillingInterval;
    features: string[];
    allowances: Allowances;
  };
  nextBillDate: string;
  nextBillMinor: bigint;
}

/** What a mail about a change that is not applied says. `now`: workflow time, ISO instant. */
export async function pendingChange(
  knex: Knex,
  planChangeId: string,
  now: string,
): Promise<StoredPendingChange> {
  const { nextBillDate, nextBillMinor, ...found } = await row<PendingRow>(
    knex,
    `SELECT pc.id AS "planChangeId",
       jsonb_build_object('fullName', c.full_name, 'email', c.email, 'timeZone', c.time_zone) AS customer,
       pc.currency, pc.activation_when AS when, q.effective_date AS "effectiveDate",
       jsonb_build_object('planName', fv.plan_name, 'priceMinor', pc.from_price_minor::text, 'interval', fv.billing_interval) AS from,
       jsonb_build_object('planName', tv.plan_name, 'priceMinor', pc.to_price_minor::text, 'interval', tv.billing_interval,
         'features', tv.features, 'allowances', tv.allowances) AS to,
       pc.promotion_code AS "promotionCode", q.lines, q.net_minor AS "netMinor", q.due_now_minor AS "dueNowMinor",
       q.to_balance_minor AS "toBalanceMinor", q.next_bill_date AS "nextBillDate", q.next_bill_minor AS "nextBillMinor",
       q.interruptions, q.terms_version AS "termsVersion", ${isoInstant('q.expires_at')} AS "quoteExpiresAt",
       ${isoInstant('pc.consent_deadline_at')} AS "consentDeadlineAt", q.expires_at > :now::timestamptz AS "quoteIsOpen",
       pc.hold_reason AS "holdReason"
     FROM plan_changes pc
     JOIN customers c ON c.id = pc.customer_id
     JOIN quotes q ON (q.plan_change_id, q.revision) = (pc.id, pc.quote_revision)
     JOIN plan_versions fv ON (fv.plan_code, fv.version) = (pc.from_plan_code, pc.from_plan_version)
     JOIN plan_versions tv ON (tv.plan_code, tv.version) = (pc.to_plan_code, pc.to_plan_version)
     WHERE pc.id = :planChangeId`,
    { planChangeId, now },
  );
  return {
    ...found,
    lines: fromStoredLines(found.lines),
    from: { ...found.from, priceMinor: BigInt(found.from.priceMinor) },
    to: { ...found.to, priceMinor: BigInt(found.to.priceMinor) },
    nextBill: { date: nextBillDate, amountMinor: nextBillMinor },
  };
}
