import type { Knex } from 'knex';
import type { BillingInterval } from '../../domain/billing-cycle.ts';
import type { EmailStatus } from '../../domain/email-status.ts';
import type { HoldReason, PlanChangeStatus } from '../../domain/plan-change-status.ts';
import { isoInstant, rows } from '../sql.ts';
import type { StoredLine } from '../stores/quote-lines.ts';
import {
  EXPIRING_SOON,
  HAS_MAIL,
  HELD_AT,
  IN_FLIGHT,
  UNCONFIRMED,
  UNDELIVERED,
} from './worklist-conditions.ts';

/** A plan change as screens show it. */
export interface PlanChangeView {
  readonly id: string;
  readonly status: PlanChangeStatus;
  readonly customerId: string;
  readonly agentId: string;
  readonly currency: string;
  /** The customer's, in which the dates are. */
  readonly timeZone: string;
  readonly fromPlanCode: string;
  readonly fromPlanName: string;
  readonly fromPriceMinor: bigint;
  readonly fromInterval: BillingInterval;
  readonly toPlanCode: string | null;
  readonly toPlanName: string | null;
  readonly toPriceMinor: bigint | null;
  readonly toInterval: BillingInterval | null;
  readonly promotionCode: string | null;
  readonly activationWhen: 'immediately' | 'on_date' | 'end_of_cycle';
  readonly effectiveDate: string | null;
  readonly activateAt: string | null;
  readonly appliedAt: string | null;
  readonly confirmedAt: string | null;
  readonly rejectionCode: string | null;
  readonly holdReason: HoldReason | null;
  readonly holdDetails: Record<string, string> | null;
  readonly heldAt: string | null;
  readonly runId: string;
  readonly openedAt: string;
  readonly quote: QuoteView | null;
  readonly consent: {
    readonly method: 'verbal' | 'written';
    readonly givenAt: string;
    readonly consentId: string;
  } | null;
  /** Of the summary. */
  readonly emailStatus: EmailStatus | null;
  /** The newest mail of each other kind. */
  readonly notices: readonly {
    readonly kind: string;
    readonly status: EmailStatus;
    readonly quoteHash: string | null;
    readonly createdAt: string;
  }[];
  /** The quote before this one, void since, and the consent to it if there was one. */
  readonly superseded: {
    readonly hash: string;
    readonly effectiveDate: string;
    readonly consentId: string | null;
    readonly consentGivenAt: string | null;
  } | null;
  /** The open change that this one took the place of, and the one that took this one's place. */
  readonly replaces: string | null;
  readonly replacedBy: string | null;
  /** The change that this one takes back, with the price the account paid for that plan before it. */
  readonly reverts: {
    readonly id: string;
    readonly priceThenMinor: string;
    readonly intervalThen: BillingInterval;
    /** The promotion in that price; `runsNow`: it may still be asked for. */
    readonly promotionThen: {
      readonly promotionCode: string;
      readonly description: string;
      readonly runsNow: boolean;
    } | null;
  } | null;
}

/** Amounts are text: JSON has no integers of that size. */
export interface QuoteView {
  readonly hash: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly termsVersion: string;
  readonly termsSha256: string;
  readonly effectiveDate: string;
  readonly lines: readonly StoredLine[];
  readonly netMinor: string;
  readonly dueNowMinor: string;
  readonly toBalanceMinor: string;
  readonly nextBillDate: string;
  readonly nextBillMinor: string;
  readonly scriptVersion: string;
  readonly scriptText: string;
  readonly interruptions: readonly string[];
}

/** As the quote judges it: today in the customer's zone, and on the date of the change. */
const RUNS_NOW = `o.withdrawn_at IS NULL AND o.plan_code = r.from_plan_code
  AND daterange(o.valid_from, o.valid_until) @> (now() AT TIME ZONE c.time_zone)::date
  AND daterange(o.valid_from, o.valid_until) @> coalesce(pc.effective_date, (now() AT TIME ZONE c.time_zone)::date)`;

const VIEW = `
  SELECT pc.id, pc.status, pc.customer_id AS "customerId", pc.agent_id AS "agentId", pc.currency, c.time_zone AS "timeZone",
    pc.from_plan_code AS "fromPlanCode", fv.plan_name AS "fromPlanName", pc.from_price_minor AS "fromPriceMinor",
    fv.billing_interval AS "fromInterval", tv.billing_interval AS "toInterval",
    pc.to_plan_code AS "toPlanCode", tv.plan_name AS "toPlanName", pc.to_price_minor AS "toPriceMinor",
    pc.promotion_code AS "promotionCode", pc.activation_when AS "activationWhen", pc.effective_date AS "effectiveDate",
    ${isoInstant('pc.activate_at')} AS "activateAt", ${isoInstant('pc.applied_at')} AS "appliedAt",
    ${isoInstant('pc.confirmed_at')} AS "confirmedAt", pc.rejection_code AS "rejectionCode",
    pc.hold_reason AS "holdReason", pc.hold_details AS "holdDetails",
    CASE WHEN pc.status = 'held' THEN ${isoInstant(HELD_AT)} END AS "heldAt", pc.run_id AS "runId",
    ${isoInstant('pc.opened_at')} AS "openedAt",
    (SELECT jsonb_build_object('hash', q.hash, 'createdAt', ${isoInstant('q.created_at')}, 'expiresAt', ${isoInstant('q.expires_at')},
        'termsVersion', t.version, 'termsSha256', t.sha256, 'effectiveDate', q.effective_date, 'lines', q.lines,
        'netMinor', q.net_minor::text, 'dueNowMinor', q.due_now_minor::text, 'toBalanceMinor', q.to_balance_minor::text,
        'nextBillDate', q.next_bill_date, 'nextBillMinor', q.next_bill_minor::text,
        'scriptVersion', q.script_version, 'scriptText', q.script_text, 'interruptions', q.interruptions)
      FROM quotes q JOIN terms t ON t.version = q.terms_version
      WHERE q.plan_change_id = pc.id AND q.revision = pc.quote_revision) AS quote,
    (SELECT jsonb_build_object('method', k.method, 'givenAt', ${isoInstant('k.given_at')}, 'consentId', k.id)
      FROM consents k JOIN quotes q ON q.plan_change_id = k.plan_change_id AND q.hash = k.quote_hash
      WHERE k.plan_change_id = pc.id AND q.revision = pc.quote_revision) AS consent,
    (SELECT m.status FROM email_outbox m WHERE m.plan_change_id = pc.id AND m.kind = 'summary'
      ORDER BY m.revision DESC LIMIT 1) AS "emailStatus",
    (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', n.kind, 'status', n.status, 'quoteHash', n.hash,
        'createdAt', ${isoInstant('n.created_at')}) ORDER BY n.kind), '[]')
      FROM (SELECT DISTINCT ON (m.kind) m.kind, m.status, m.created_at, q.hash FROM email_outbox m
        LEFT JOIN quotes q ON (q.plan_change_id, q.revision) = (m.plan_change_id, m.quote_revision)
        WHERE m.plan_change_id = pc.id AND m.kind <> 'summary' ORDER BY m.kind, m.revision DESC) AS n) AS notices,
    (SELECT jsonb_build_object('hash', q.hash, 'effectiveDate', q.effective_date, 'consentId', k.id,
        'consentGivenAt', ${isoInstant('k.given_at')})
      FROM quotes q LEFT JOIN consents k ON k.plan_change_id = q.plan_change_id AND k.quote_hash = q.hash
      WHERE q.plan_change_id = pc.id AND q.revision = pc.quote_revision - 1) AS superseded,
    (SELECT r.id FROM plan_changes r WHERE r.id = pc.replaces_id AND r.closed_at = pc.opened_at) AS replaces,
    (SELECT n.id FROM plan_changes n WHERE n.replaces_id = pc.id AND n.opened_at = pc.closed_at AND n.status <> 'rejected') AS "replacedBy",
    (SELECT jsonb_build_object('id', r.id, 'priceThenMinor', r.from_price_minor::text, 'intervalThen', rv.billing_interval,
        'promotionThen', (SELECT jsonb_build_object('promotionCode', o.promotion_code, 'description', o.description,
            'runsNow', ${RUNS_NOW})
          FROM subscription_periods p JOIN promotions o ON o.promotion_code = p.promotion_code
          WHERE p.subscription_id = r.subscription_id AND lower(p.valid) = r.from_valid_from))
      FROM plan_changes r
      JOIN plan_versions rv ON (rv.plan_code, rv.version) = (r.from_plan_code, r.from_plan_version)
      JOIN customers c ON c.id = r.customer_id
      WHERE r.id = pc.reverts_id) AS reverts
  FROM plan_changes pc
  JOIN customers c ON c.id = pc.customer_id
  JOIN plan_versions fv ON (fv.plan_code, fv.version) = (pc.from_plan_code, pc.from_plan_version)
  LEFT JOIN plan_versions tv ON (tv.plan_code, tv.version) = (pc.to_plan_code, pc.to_plan_version)`;

export async function findPlanChange(knex: Knex, id: string): Promise<PlanChangeView | undefined> {
  const [found] = await rows<PlanChangeView>(knex, `${VIEW} WHERE pc.id = :id`, { id });
  return found;
}

export interface PlanChangeFilter {
  readonly status?: PlanChangeStatus | undefined;
  /** Whether the agent has said to the customer that the change is complete; asks only about applied ones. */
  readonly confirmed?: boolean | undefined;
  readonly customerId?: string | undefined;
  /** Not ended yet; the summary mail may be all that is left. */
  readonly inFlight?: boolean | undefined;
  /** The plan it leads to. */
  readonly planCode?: string | undefined;
  /** Beginning of the id of the change or of its customer, between these two. */
  readonly id?: { readonly first: string; readonly last: string } | undefined;
  /** Status of a mail that matters (HAS_MAIL); `undelivered`: see UNDELIVERED. */
  readonly email?: EmailStatus | 'undelivered' | undefined;
  /**
   * Waits for something and is in the last quarter of the time for it: for consent (or the quote is over), or for
   * people to decide about a hold, which ends after `holdMs`.
   */
  readonly expiringSoon?: { readonly holdMs: number } | undefined;
  /** Only the changes this agent opened. */
  readonly agentId?: string | undefined;
  readonly after?: { readonly openedAt: string; readonly id: string } | undefined;
  readonly limit: number;
}

/** Newest first; one row more than `limit` tells that there is a next page. */
export async function listPlanChanges(knex: Knex, filter: PlanChangeFilter): Promise<PlanChangeView[]> {
  const conditions = [
    // A refused request has no quote and is no change: it is listed only when it is asked for.
    filter.status === undefined ? `pc.status <> 'rejected'` : 'pc.status = :status',
    filter.customerId !== undefined && 'pc.customer_id = :customerId',
    filter.agentId !== undefined && 'pc.agent_id = :agentId',
    filter.confirmed === true && 'pc.confirmed_at IS NOT NULL',
    filter.confirmed === false && UNCONFIRMED,
    filter.inFlight === true && IN_FLIGHT,
    filter.planCode !== undefined && 'pc.to_plan_code = :planCode',
    filter.id !== undefined &&
      '(pc.id BETWEEN :first::uuid AND :last::uuid OR pc.customer_id BETWEEN :first::uuid AND :last::uuid)',
    filter.email === 'undelivered' && UNDELIVERED,
    filter.email !== undefined && filter.email !== 'undelivered' && HAS_MAIL,
    filter.expiringSoon !== undefined && EXPIRING_SOON,
    filter.after !== undefined && '(pc.opened_at, pc.id) < (:openedAt::timestamptz, :afterId::uuid)',
  ].filter((condition) => condition !== false);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return rows<PlanChangeView>(knex, `${VIEW} ${where} ORDER BY pc.opened_at DESC, pc.id DESC LIMIT :limit`, {
    ...(filter.status !== undefined && { status: filter.status }),
    ...(filter.customerId !== undefined && { customerId: filter.customerId }),
    ...(filter.planCode !== undefined && { planCode: filter.planCode }),
    ...filter.id,
    ...(filter.email !== undefined && filter.email !== 'undelivered' && { email: filter.email }),
    ...filter.expiringSoon,
    ...(filter.agentId !== undefined && { agentId: filter.agentId }),
    ...(filter.after !== undefined && { openedAt: filter.after.openedAt, afterId: filter.after.id }),
    limit: filter.limit,
  });
}
