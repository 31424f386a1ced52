import type { Knex } from 'knex';
import type { BillingInterval } from '../../domain/billing-cycle.ts';
import type { PlanChangeStatus } from '../../domain/plan-change-status.ts';
import type { ActivationWhen } from '../../domain/quote.ts';
import { isoInstant, row } from '../sql.ts';
import type { StoredLine } from '../stores/quote-lines.ts';

/** The quote that a customer's link is for, and what has become of it. */
export interface CustomerOffer {
  readonly planChangeId: string;
  readonly status: PlanChangeStatus;
  /** False once there is a newer quote, or another change in its place: then the plans and prices here are not its own. */
  readonly isCurrent: boolean;
  readonly currency: string;
  /** IANA name, the customer's. */
  readonly timeZone: string;
  readonly from: PlanAtPrice;
  readonly to: PlanAtPrice;
  /** What the promotion is called for people. */
  readonly promotion: string | null;
  readonly when: ActivationWhen;
  readonly effectiveDate: string;
  readonly expiresAt: string;
  readonly termsVersion: string;
  readonly termsSha256: string;
  readonly lines: readonly StoredLine[];
  readonly netMinor: bigint;
  readonly dueNowMinor: bigint;
  readonly toBalanceMinor: bigint;
  readonly nextBillDate: string;
  readonly nextBillMinor: bigint;
  readonly interruptions: readonly string[];
  /** When the customer agreed to exactly this quote, on the page or otherwise. */
  readonly agreedAt: string | null;
  readonly usedAt: string | null;
}

export interface PlanAtPrice {
  readonly planName: string;
  readonly priceMinor: bigint;
  readonly interval: BillingInterval;
}

/** By the quote's own hash: a newer one that comes meanwhile is not shown in its place. */
export async function customerOffer(knex: Knex, linkId: string): Promise<CustomerOffer> {
  const { fromPlan, toPlan, ...offer } = await row<Row>(
    knex,
    `SELECT pc.id AS "planChangeId", pc.status, pc.currency, c.time_zone AS "timeZone",
       q.revision = pc.quote_revision
         AND NOT EXISTS (SELECT 1 FROM plan_changes r WHERE r.replaces_id = pc.id) AS "isCurrent",
       jsonb_build_object('planName', fv.plan_name, 'priceMinor', pc.from_price_minor::text, 'interval', fv.billing_interval) AS "fromPlan",
       jsonb_build_object('planName', tv.plan_name, 'priceMinor', pc.to_price_minor::text, 'interval', tv.billing_interval) AS "toPlan",
       (SELECT p.description FROM promotions p WHERE p.promotion_code = pc.promotion_code) AS promotion,
       pc.activation_when AS "when", q.effective_date AS "effectiveDate", ${isoInstant('q.expires_at')} AS "expiresAt",
       t.version AS "termsVersion", t.sha256 AS "termsSha256", q.lines, q.net_minor AS "netMinor",
       q.due_now_minor AS "dueNowMinor", q.to_balance_minor AS "toBalanceMinor",
       q.next_bill_date AS "nextBillDate", q.next_bill_minor AS "nextBillMinor", q.interruptions,
       (SELECT ${isoInstant('k.given_at')} FROM consents k
         WHERE (k.plan_change_id, k.quote_hash) = (q.plan_change_id, q.hash)) AS "agreedAt",
       ${isoInstant('l.used_at')} AS "usedAt"
     FROM consent_links l
     JOIN plan_changes pc ON pc.id = l.plan_change_id
     JOIN customers c ON c.id = pc.customer_id
     JOIN quotes q ON (q.plan_change_id, q.hash) = (l.plan_change_id, l.quote_hash)
     JOIN terms t ON t.version = q.terms_version
     JOIN plan_versions fv ON (fv.plan_code, fv.version) = (pc.from_plan_code, pc.from_plan_version)
     JOIN plan_versions tv ON (tv.plan_code, tv.version) = (pc.to_plan_code, pc.to_plan_version)
     WHERE l.id = :linkId`,
    { linkId },
  );
  return { ...offer, from: priced(fromPlan), to: priced(toPlan) };
}

type StoredPlan = Omit<PlanAtPrice, 'priceMinor'> & { readonly priceMinor: string };
type Row = Omit<CustomerOffer, 'from' | 'to'> & {
  readonly fromPlan: StoredPlan;
  readonly toPlan: StoredPlan;
};

function priced(plan: StoredPlan): PlanAtPrice {
  return { ...plan, priceMinor: BigInt(plan.priceMinor) };
}
