import type { Knex } from 'knex';
import type { LinePosting } from '../../activities/ports.ts';
import { row } from '../sql.ts';

/** What was posted for a quote and its reversals do not come to nothing. */
export class NotReversedError extends Error {
  override name = 'NotReversedError';
}

/** Posts the agreed lines, and the surplus to the account balance. */
export async function postLines(trx: Knex.Transaction, posting: LinePosting): Promise<void> {
  const change = {
    plan_change_id: posting.planChangeId,
    quote_revision: posting.quoteRevision,
    quote_hash: posting.quoteHash,
    currency: posting.currency,
    effective_date: posting.effectiveDate,
  };
  await trx('charges').insert(
    posting.lines.map((line, index) => ({
      ...change,
      line_no: index + 1,
      kind: line.kind,
      description: line.description,
      service_start: line.start,
      service_end: line.end,
      days: line.days,
      of_days: line.ofDays,
      amount_minor: line.amountMinor,
    })),
  );
  if (posting.toBalanceMinor > 0n) {
    await trx('balance_entries').insert({
      ...change,
      customer_id: posting.customerId,
      amount_minor: posting.toBalanceMinor,
    });
  }
}

/**
 * Reverses what was posted for a quote, line by line; running it again reverses nothing more. Like an activation
 * it is read back: what is not exactly as before must not be noted as taken back.
 * @throws NotReversedError, and then the step is tried again
 */
export async function reverseLines(
  trx: Knex.Transaction,
  planChangeId: string,
  quoteRevision: number,
): Promise<void> {
  const bindings = { planChangeId, quoteRevision };
  await trx.raw(
    `INSERT INTO charges (plan_change_id, quote_revision, quote_hash, line_no, reversal, kind, description, service_start, service_end,
                          days, of_days, amount_minor, currency, effective_date)
     SELECT plan_change_id, quote_revision, quote_hash, line_no, true, kind, 'Reversed: ' || description, service_start, service_end,
            days, of_days, -amount_minor, currency, effective_date
     FROM charges WHERE plan_change_id = :planChangeId AND quote_revision = :quoteRevision AND NOT reversal
     ON CONFLICT DO NOTHING`,
    bindings,
  );
  await trx.raw(
    `INSERT INTO balance_entries (customer_id, plan_change_id, quote_revision, quote_hash, reversal, amount_minor, currency, effective_date)
     SELECT customer_id, plan_change_id, quote_revision, quote_hash, true, -amount_minor, currency, effective_date
     FROM balance_entries WHERE plan_change_id = :planChangeId AND quote_revision = :quoteRevision AND NOT reversal
     ON CONFLICT DO NOTHING`,
    bindings,
  );
  const { reversed } = await row<{ reversed: boolean }>(
    trx,
    `SELECT NOT EXISTS (SELECT 1 FROM charges WHERE plan_change_id = :planChangeId AND quote_revision = :quoteRevision
         GROUP BY line_no HAVING sum(amount_minor) <> 0 OR count(*) <> 2)
       AND NOT EXISTS (SELECT 1 FROM balance_entries WHERE plan_change_id = :planChangeId AND quote_revision = :quoteRevision
         HAVING sum(amount_minor) <> 0) AS reversed`,
    bindings,
  );
  if (!reversed) throw new NotReversedError();
}
