import type { Knex } from 'knex';
import type { AgreedChange } from '../../activities/ports.ts';
import type { RequestedActivation } from '../../domain/activation-date.ts';
import type { PlanChangeStatus } from '../../domain/plan-change-status.ts';
import { isoInstant, row } from '../sql.ts';
import type { StoredLine } from './quote-lines.ts';
import { fromStoredLines } from './quote-lines.ts';

interface AgreedRow {
  id: string;
  customer_id: string;
  subscription_id: string;
  identification_id: string;
  status: PlanChangeStatus;
  requested_plan_code: string;
  promotion_code: string | null;
  activation_when: RequestedActivation['when'];
  effective_date: string;
  activate_at: string | null;
  quote_revision: number;
  hash: string;
  expires_at: string;
  consent_deadline_at: string;
  consent_method: 'verbal' | 'written' | null;
  time_zone: string;
  currency: string;
  lines: StoredLine[];
  to_balance_minor: bigint;
  terms_version: string;
  terms_sha256: string;
  from_plan_code: string;
  from_plan_version: number;
  from_price_minor: bigint;
  from_valid_from: string;
  to_plan_code: string;
  to_plan_name: string;
  to_plan_version: number;
  to_price_minor: bigint;
  applied_at: string | null;
  hold_reason: AgreedChange['holdReason'];
  remind_at: string;
  unsent_notice_id: string | null;
}

/** Locks a change that has a quote and reads what was agreed. */
export async function lockPlanChange(trx: Knex.Transaction, planChangeId: string): Promise<AgreedChange> {
  const found = await row<AgreedRow>(
    trx,
    `SELECT pc.id, pc.customer_id, pc.subscription_id, pc.identification_id, pc.status, pc.requested_plan_code,
            pc.promotion_code, pc.activation_when, q.effective_date, ${isoInstant('q.activate_at')} AS activate_at,
            pc.quote_revision, q.hash, ${isoInstant('q.expires_at')} AS expires_at,
            ${isoInstant('pc.consent_deadline_at')} AS consent_deadline_at,
            (SELECT k.method FROM consents k WHERE k.plan_change_id = pc.id AND k.quote_hash = q.hash) AS consent_method, c.time_zone, pc.currency, q.lines, q.to_balance_minor,
            q.terms_version, t.sha256 AS terms_sha256,
            pc.from_plan_code, pc.from_plan_version, pc.from_price_minor, ${isoInstant('pc.from_valid_from')} AS from_valid_from,
            pc.to_plan_code, v.plan_name AS to_plan_name, pc.to_plan_version, pc.to_price_minor,
            ${isoInstant('pc.applied_at')} AS applied_at, pc.hold_reason,
            ${isoInstant('(q.created_at + (pc.consent_deadline_at - q.created_at) / 2)')} AS remind_at,
            (SELECT m.id FROM email_outbox m WHERE m.plan_change_id = pc.id AND m.status = 'queued'
               AND m.kind NOT IN ('summary', 'consent_request', 'consent_reminder')
             ORDER BY m.id DESC LIMIT 1) AS unsent_notice_id
     FROM plan_changes pc
     JOIN customers c ON c.id = pc.customer_id
     JOIN quotes q ON q.plan_change_id = pc.id AND q.revision = pc.quote_revision
     JOIN terms t ON t.version = q.terms_version
     JOIN plan_versions v ON (v.plan_code, v.version) = (pc.to_plan_code, pc.to_plan_version)
     WHERE pc.id = :planChangeId FOR UPDATE OF pc`,
    { planChangeId },
  );
  return {
    planChangeId: found.id,
    customerId: found.customer_id,
    subscriptionId: found.subscription_id,
    identificationId: found.identification_id,
    status: found.status,
    requestedPlanCode: found.requested_plan_code,
    promotionCode: found.promotion_code,
    activation:
      found.activation_when === 'on_date'
        ? { when: 'on_date', date: found.effective_date }
        : { when: found.activation_when },
    effectiveDate: found.effective_date,
    activateAt: found.activate_at,
    quoteRevision: found.quote_revision,
    quoteHash: found.hash,
    quoteExpiresAt: found.expires_at,
    consentDeadlineAt: found.consent_deadline_at,
    consentMethod: found.consent_method,
    timeZone: found.time_zone,
    currency: found.currency,
    lines: fromStoredLines(found.lines),
    toBalanceMinor: found.to_balance_minor,
    terms: { version: found.terms_version, sha256: found.terms_sha256 },
    from: {
      planCode: found.from_plan_code,
      version: found.from_plan_version,
      priceMinor: found.from_price_minor,
      validFrom: found.from_valid_from,
    },
    to: {
      planCode: found.to_plan_code,
      planName: found.to_plan_name,
      version: found.to_plan_version,
      priceMinor: found.to_price_minor,
    },
    appliedAt: found.applied_at,
    holdReason: found.hold_reason,
    remindAt: found.remind_at,
    unsentNoticeId: found.unsent_notice_id,
  };
}
