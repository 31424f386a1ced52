import type { FamilyName } from '../family.ts';

/** One line of the product made wrong. `from` stands exactly once in the file. */
export interface SeededBug {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The campaign that must notice. */
  readonly family: FamilyName;
}

/** The same line again: for the campaign on sound code. */
export const NO_BUG: Omit<SeededBug, 'family'> = {
  name: 'none',
  file: 'domain/money.ts',
  from: 'export function divideHalfAwayFromZero(',
  to: 'export function divideHalfAwayFromZero(',
};

/** Mistakes as people make them. Each must be caught by at least one check of the campaign. */
export const SEEDED_BUGS: readonly SeededBug[] = [
  {
    name: 'two open changes per subscription',
    file: 'db/migrations/014-transitions-and-open-changes.ts',
    from: `CREATE UNIQUE INDEX plan_changes_one_open ON plan_changes (subscription_id)
      WHERE status IN ('quoting', 'awaiting_consent', 'scheduled', 'activating', 'held');`,
    to: 'SELECT 1;',
    family: 'duplicates',
  },
  {
    name: 'a mail leaves without its claim',
    file: 'db/stores/outbox.ts',
    from: `            status: 'sending',
            claimed_at: trx.fn.now(),`,
    to: `            claimed_at: trx.fn.now(),`,
    family: 'mail',
  },
  {
    name: 'the hash of the quote is not compared',
    file: 'workflows/plan-change-messages.ts',
    from: "refuse('QUOTE_SUPERSEDED', state.status);",
    to: 'void state;',
    family: 'duplicates',
  },
  {
    name: 'the note of the activation is left out',
    file: 'activities/activate-plan.ts',
    from: `      await tx.appendNote({
        ...note,
        kind: 'plan_applied',`,
    to: `      if (input.revision < 0) await tx.appendNote({
        ...note,
        kind: 'plan_applied',`,
    family: 'duplicates',
  },
  {
    name: 'rounding down instead of half away from zero',
    file: 'domain/money.ts',
    from: 'if (2n * absolute(remainder) < absolute(denominator)) return quotient;',
    to: 'if (absolute(remainder) < absolute(denominator)) return quotient;',
    family: 'clock',
  },
  {
    name: 'a fee is charged',
    file: 'domain/quote.ts',
    from: 'amountMinor: 0n,',
    to: 'amountMinor: 500n,',
    family: 'duplicates',
  },
  {
    name: 'the Idempotency-Key is ignored',
    file: 'api/idempotency.ts',
    from: "if (raw.key === undefined || route.idempotencyKey === 'none') {",
    to: "if (raw.key !== '' || route.idempotencyKey === 'none') {",
    family: 'duplicates',
  },
  {
    name: 'the end of an identification is not checked',
    file: 'db/stores/identifications.ts',
    from: 'AND customer_id = :customerId AND expires_at > now() LIMIT 1',
    to: 'AND customer_id = :customerId LIMIT 1',
    family: 'duplicates',
  },
  {
    name: 'the drift rule is skipped',
    file: 'activities/activate-plan.ts',
    from: 'if (drift !== null) {',
    to: 'if (drift !== null && input.revision < 0) {',
    family: 'duplicates',
  },
  {
    name: 'the compensation forgets the balance',
    file: 'db/stores/ledger.ts',
    from: 'SELECT customer_id, plan_change_id, quote_revision, true, -amount_minor, currency, effective_date',
    to: 'SELECT customer_id, plan_change_id, quote_revision, true, 0, currency, effective_date',
    family: 'duplicates',
  },
  {
    name: 'no receipt is written',
    file: 'db/once.ts',
    from: "await trx('step_receipts').insert({",
    to: "if (receipt.step === '') await trx('step_receipts').insert({",
    family: 'kills',
  },
  {
    name: 'a link is not spent',
    file: 'db/stores/consent-links.ts',
    from: "UPDATE consent_links SET used_at = now() WHERE id = :linkId AND used_at IS NULL RETURNING ${isoInstant('used_at')}",
    to: "UPDATE consent_links SET used_at = NULL WHERE id = :linkId AND used_at IS NULL RETURNING ${isoInstant('now()')}",
    family: 'duplicates',
  },
  {
    name: 'the chain of notes omits a field',
    file: 'db/migrations/007-account-notes.ts',
    from: 'note.body, ',
    to: '',
    family: 'duplicates',
  },
  {
    name: 'a cent more is posted than was quoted',
    file: 'db/stores/ledger.ts',
    from: 'amount_minor: line.amountMinor,',
    to: "amount_minor: line.amountMinor + (line.kind === 'charge' ? 1n : 0n),",
    family: 'duplicates',
  },
  {
    name: 'whole paths are logged',
    file: 'api/app.ts',
    from: 'path: loggedPath(request.url, words),',
    to: 'path: request.url || loggedPath(request.url, words),',
    family: 'leaks',
  },
  {
    name: 'a bill day of the 31st drifts',
    file: 'domain/billing-cycle.ts',
    from: "return anchor.add(step, { overflow: 'constrain' });",
    to: "return anchor.add(step, { overflow: 'constrain' }).add({ days: index > 30 ? 1 : 0 });",
    family: 'clock',
  },
];
