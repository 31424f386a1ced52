import type { Knex } from 'knex';
import type { BillingInterval } from '../../domain/billing-cycle.ts';
import type { Allowances } from '../../domain/plan-inclusions.ts';
import type { AppliedChange } from '../../domain/read-back.ts';
import { row } from '../sql.ts';
import type { StoredLine } from './quote-lines.ts';
import { fromStoredLines } from './quote-lines.ts';

interface AppliedRow {
  customer: AppliedChange['customer'];
  currency: string;
  when: AppliedChange['when'];
  effective_date: string;
  from: {
    planCode: string;
    planName: string;
    priceMinor: string;
    interval: BillingInterval;
    soldUntil: string | null;
  };
  agreed: {
    planCode: string;
    version: number;
    priceMinor: string;
    promotionCode: string | null;
    quoteHash: string;
    lines: StoredLine[];
    toBalanceMinor: string;
  };
  current: {
    planCode: string;
    planName: string;
    version: number;
    priceMinor: string;
    interval: BillingInterval;
    features: string[];
    allowances: Allowances;
    openedByPlanChangeId: string | null;
  } | null;
  posted_lines: StoredLine[];
  posted_to_balance_minor: bigint;
  consent: { quoteHash: string; method: 'verbal' | 'written' } | null;
  due_now_minor: bigint;
  next_bill_date: string;
  next_bill_minor: bigint;
  interruptions: string[];
  terms_version: string;
}

/** What is in force: the open period, the posted lines, the balance and the consent, beside what was agreed. */
const READ_BACK = `
  SELECT
    jsonb_build_object('fullName', c.full_name, 'email', c.email, 'accountNumber', c.account_number, 'timeZone', c.time_zone) AS customer,
    pc.currency, pc.activation_when AS when, q.effective_date,
    jsonb_build_object('planCode', pc.from_plan_code, 'planName', fv.plan_name, 'priceMinor', pc.from_price_minor::text,
      'interval', fv.billing_interval, 'soldUntil', (SELECT o.available_until FROM current_plan_versions o WHERE o.plan_code = pc.from_plan_code)) AS from,
    jsonb_build_object('planCode', pc.to_plan_code, 'version', pc.to_plan_version, 'priceMinor', pc.to_price_minor::text,
      'promotionCode', pc.promotion_code, 'quoteHash', q.hash, 'lines', q.lines, 'toBalanceMinor', q.to_balance_minor::text) AS agreed,
    (SELECT jsonb_build_object('planCode', p.plan_code, 'planName', v.plan_name, 'version', p.plan_version,
        'priceMinor', p.price_minor::text, 'interval', v.billing_interval, 'features', v.features,
        'allowances', v.allowances,
        'openedByPlanChangeId', p.plan_change_id)
      FROM subscription_periods p JOIN plan_versions v ON (v.plan_code, v.version) = (p.plan_code, p.plan_version)
      WHERE p.subscription_id = pc.subscription_id AND upper_inf(p.valid)) AS current,
    coalesce((SELECT jsonb_agg(jsonb_build_object('kind', ch.kind, 'description', ch.description, 'start', ch.service_start,
        'end', ch.service_end, 'days', ch.days, 'ofDays', ch.of_days, 'amountMinor', ch.amount_minor::text) ORDER BY ch.line_no)
      FROM charges ch WHERE ch.plan_change_id = pc.id AND ch.quote_revision = q.revision), '[]') AS posted_lines,
    coalesce((SELECT sum(b.amount_minor) FROM balance_entries b
      WHERE b.plan_change_id = pc.id AND b.quote_revision = q.revision), 0)::bigint AS posted_to_balance_minor,
    (SELECT jsonb_build_object('quoteHash', k.quote_hash, 'method', k.method) FROM consents k
      WHERE k.plan_change_id = pc.id AND k.quote_hash = q.hash) AS consent,
    q.due_now_minor, q.next_bill_date, q.next_bill_minor, q.interruptions, q.terms_version
  FROM plan_changes pc
  JOIN customers c ON c.id = pc.customer_id
  JOIN quotes q ON q.plan_change_id = pc.id AND q.revision = pc.quote_revision
  JOIN plan_versions fv ON (fv.plan_code, fv.version) = (pc.from_plan_code, pc.from_plan_version)
  WHERE pc.id = :planChangeId`;

export async function readBack(knex: Knex, planChangeId: string): Promise<AppliedChange> {
  const found = await row<AppliedRow>(knex, READ_BACK, { planChangeId });
  return {
    planChangeId,
    customer: found.customer,
    currency: found.currency,
    when: found.when,
    effectiveDate: found.effective_date,
    from: { ...found.from, priceMinor: BigInt(found.from.priceMinor) },
    agreed: {
      ...found.agreed,
      priceMinor: BigInt(found.agreed.priceMinor),
      lines: fromStoredLines(found.agreed.lines),
      toBalanceMinor: BigInt(found.agreed.toBalanceMinor),
    },
    current: found.current && { ...found.current, priceMinor: BigInt(found.current.priceMinor) },
    postedLines: fromStoredLines(found.posted_lines),
    postedToBalanceMinor: found.posted_to_balance_minor,
    consentQuoteHash: found.consent?.quoteHash ?? null,
    consentMethod: found.consent?.method ?? null,
    dueNowMinor: found.due_now_minor,
    nextBill: { date: found.next_bill_date, amountMinor: found.next_bill_minor },
    interruptions: found.interruptions,
    termsVersion: found.terms_version,
  };
}
