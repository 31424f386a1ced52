import type { Knex } from 'knex';
import type {
  AttachedConsent,
  ConsentEvidence,
  NewConsent,
  NewPlanChange,
  NewQuote,
  PlanChangePatch,
} from '../../activities/ports.ts';
import { consentRecordHash, quoteRecordHash } from '../../domain/noted-records.ts';
import type { CurrentPlan, OfferedPlan } from '../../domain/plan-change-terms.ts';
import type { ConsentRow, QuoteRow } from '../noted-records.ts';
import {
  CONSENT_RECORD,
  consentRecordOf,
  CUSTOMER_NOW,
  LINK_OF_EVIDENCE,
  QUOTE_RECORD,
  quoteRecordOf,
} from '../noted-records.ts';
import { MissingRowError, row } from '../sql.ts';
import { toStoredLines } from './quote-lines.ts';

export async function insertPlanChange(trx: Knex.Transaction, change: NewPlanChange): Promise<void> {
  const { outcome } = change;
  await trx('plan_changes').insert({
    id: change.planChangeId,
    run_id: change.runId,
    customer_id: change.customerId,
    subscription_id: change.subscriptionId,
    agent_id: change.agentId,
    identification_id: change.identificationId,
    requested_plan_code: change.requestedPlanCode,
    promotion_code: change.promotionCode,
    activation_when: change.activation.when,
    currency: change.currency,
    opened_at: change.openedAt,
    replaces_id: change.replacesId,
    reverts_id: change.revertsId,
    ...fromColumns(change.from),
    ...(outcome.status === 'rejected'
      ? { status: 'rejected', rejection_code: outcome.code, closed_at: change.openedAt }
      : {
          status: 'awaiting_consent',
          quote_revision: 1,
          ...toColumns(outcome.to),
          effective_date: outcome.windows.effectiveDate,
          activate_at: outcome.windows.activateAt,
          consent_deadline_at: outcome.windows.consentDeadlineAt,
        }),
  });
}

/** Stores a quote with the customer as they are now. @returns the hash of the record as it is stored */
export async function insertQuote(trx: Knex.Transaction, offer: NewQuote): Promise<string> {
  const { quote } = offer;
  const [stored] = await trx('quotes as q')
    .insert({
      plan_change_id: offer.planChangeId,
      revision: offer.revision,
      hash: quote.hash,
      canonical_json: quote.canonicalJson,
      effective_date: quote.effectiveDate,
      activate_at: offer.activateAt,
      terms_version: offer.termsVersion,
      lines: JSON.stringify(toStoredLines(quote.lines)),
      net_minor: quote.netMinor,
      due_now_minor: quote.dueNowMinor,
      to_balance_minor: quote.toBalanceMinor,
      next_bill_date: quote.nextBill.date,
      next_bill_minor: quote.nextBill.amountMinor,
      script_version: quote.script.version,
      script_text: quote.script.text,
      interruptions: [...offer.interruptions],
      expires_at: offer.expiresAt,
      basis: JSON.stringify(offer.basis),
      customer: trx.raw(
        `(SELECT ${CUSTOMER_NOW} FROM plan_changes pc JOIN customers c ON c.id = pc.customer_id WHERE pc.id = ?)`,
        [offer.planChangeId],
      ),
    })
    .returning<QuoteRow[]>(trx.raw(QUOTE_RECORD));
  if (!stored) throw new MissingRowError('A quote that was inserted is missing');
  return quoteRecordHash(quoteRecordOf(stored));
}

export async function updatePlanChange(
  trx: Knex.Transaction,
  id: string,
  patch: PlanChangePatch,
): Promise<void> {
  const columns = {
    ...(patch.status !== undefined && { status: patch.status }),
    ...(patch.quoteRevision !== undefined && { quote_revision: patch.quoteRevision }),
    ...(patch.activation && { activation_when: patch.activation.when }),
    ...(patch.promotionCode !== undefined && { promotion_code: patch.promotionCode }),
    ...(patch.from && fromColumns(patch.from)),
    ...(patch.to && toColumns(patch.to)),
    ...(patch.windows && {
      effective_date: patch.windows.effectiveDate,
      activate_at: patch.windows.activateAt,
      consent_deadline_at: patch.windows.consentDeadlineAt,
    }),
    ...(patch.hold !== undefined && {
      hold_reason: patch.hold?.reason ?? null,
      hold_details: patch.hold === null ? null : JSON.stringify(patch.hold.details),
    }),
    ...(patch.appliedAt !== undefined && { applied_at: patch.appliedAt }),
    ...(patch.closedAt !== undefined && { closed_at: patch.closedAt }),
  };
  const leavesHold = patch.status !== undefined && patch.status !== 'held' && patch.hold === undefined;
  await trx('plan_changes')
    .where({ id })
    .update(leavesHold ? { ...columns, hold_reason: null, hold_details: null } : columns);
}

/**
 * Binds received evidence to the quote it approves, and spends the link by which it came: that it was used, and when,
 * is part of the record, and so is the customer as they are now. The method and time come from the evidence itself.
 */
export async function attachConsent(trx: Knex.Transaction, consent: NewConsent): Promise<AttachedConsent> {
  const attached = await row<ConsentRow>(
    trx,
    `WITH k AS (
       INSERT INTO consents (plan_change_id, quote_hash, evidence_id, method, given_at, accepted_at, customer)
       SELECT e.plan_change_id, e.quote_hash, e.id, e.method, e.given_at, :acceptedAt::timestamptz, ${CUSTOMER_NOW}
       FROM consent_evidence e
       JOIN plan_changes pc ON pc.id = e.plan_change_id JOIN customers c ON c.id = pc.customer_id
       WHERE e.id = :evidenceId AND e.plan_change_id = :planChangeId AND e.quote_hash = :quoteHash
       RETURNING *
     ), l AS (
       UPDATE consent_links l SET used_at = coalesce(l.used_at, now())
       FROM k JOIN consent_evidence e ON e.id = k.evidence_id
       WHERE ${LINK_OF_EVIDENCE}
       RETURNING l.*
     )
     SELECT ${CONSENT_RECORD}
     FROM k JOIN consent_evidence e ON e.id = k.evidence_id LEFT JOIN l ON true`,
    { ...consent },
  );
  return {
    evidence: attached.details as ConsentEvidence,
    record: consentRecordHash(consentRecordOf(attached)),
  };
}

function fromColumns(from: CurrentPlan) {
  return {
    from_plan_code: from.planCode,
    from_plan_version: from.version,
    from_price_minor: from.priceMinor,
    from_valid_from: from.validFrom,
  };
}

function toColumns(to: OfferedPlan) {
  return { to_plan_code: to.planCode, to_plan_version: to.version, to_price_minor: to.priceMinor };
}
