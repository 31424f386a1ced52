import { BUGS_FOR_TESTS } from './bugs-for-tests.ts';
import type { SeededBug } from './seeded-bug.ts';

/** The same line again: for the campaign, and the tests, on sound code. */
export const NO_BUG: Omit<SeededBug, 'by'> = {
  name: 'none',
  file: 'domain/money.ts',
  from: 'export function divideHalfAwayFromZero(',
  to: 'export function divideHalfAwayFromZero(',
  expect: [],
};

/** Mistakes as people make them, and one of the campaign's own. Each must be caught by what it names. */
const BUGS_FOR_THE_CAMPAIGN: readonly SeededBug[] = [
  {
    name: 'two open changes per subscription',
    file: 'db/migrations/014-transitions-and-open-changes.ts',
    from: `CREATE UNIQUE INDEX plan_changes_one_open ON plan_changes (subscription_id)
      WHERE status IN ('quoting', 'awaiting_consent', 'scheduled', 'activating', 'held');`,
    to: 'SELECT 1;',
    by: 'duplicates',
    expect: ['I1'],
  },
  {
    name: 'a mail leaves without its claim',
    file: 'db/stores/outbox.ts',
    from: `          .update({
            status: 'sending',`,
    to: `          .whereRaw('false').update({
            status: 'sending',`,
    by: 'mail',
    expect: ['I10'],
  },
  {
    name: 'the hash of the quote is not compared',
    file: 'workflows/plan-change-messages.ts',
    from: "refuse('QUOTE_SUPERSEDED', state.status);",
    to: 'void state;',
    by: 'duplicates',
    expect: ['I2'],
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
    by: 'duplicates',
    expect: ['I9'],
  },
  {
    name: 'rounding down instead of half away from zero',
    file: 'domain/money.ts',
    from: 'if (2n * absolute(remainder) < absolute(denominator)) return quotient;',
    to: 'if (absolute(remainder) < absolute(denominator)) return quotient;',
    by: 'clock',
    expect: ['oracle'],
  },
  {
    name: 'a fee is charged',
    file: 'domain/quote.ts',
    from: 'amountMinor: 0n,',
    to: 'amountMinor: 500n,',
    by: 'duplicates',
    expect: ['oracle', 'I4'],
  },
  {
    name: 'the Idempotency-Key is ignored',
    file: 'api/idempotency.ts',
    from: "if (raw.key === undefined || route.idempotencyKey === 'none') {",
    to: "if (raw.key !== '' || route.idempotencyKey === 'none') {",
    by: 'duplicates',
    expect: ['I11'],
  },
  {
    name: 'the end of an identification is not checked',
    file: 'db/stores/identifications.ts',
    from: 'AND customer_id = :customerId AND expires_at > now() LIMIT 1',
    to: 'AND customer_id = :customerId LIMIT 1',
    by: 'duplicates',
    expect: ['I13'],
  },
  {
    name: 'the drift rule is skipped',
    file: 'activities/activate-plan.ts',
    from: 'if (drift !== null) {',
    to: 'if (drift !== null && input.revision < 0) {',
    by: 'duplicates',
    expect: ['scenario'],
  },
  {
    name: 'the compensation forgets the balance',
    file: 'db/stores/ledger.ts',
    from: 'SELECT customer_id, plan_change_id, quote_revision, quote_hash, true, -amount_minor, currency, effective_date',
    to: 'SELECT customer_id, plan_change_id, quote_revision, quote_hash, true, 0, currency, effective_date',
    by: 'duplicates',
    expect: ['scenario'],
  },
  {
    name: 'no receipt is written',
    file: 'db/once.ts',
    from: "await trx('step_receipts').insert({",
    to: "if (receipt.step === '') await trx('step_receipts').insert({",
    by: 'kills',
    expect: ['I5', 'I14', 'I18'],
  },
  {
    name: 'a link is not spent',
    file: 'db/stores/plan-change-rows.ts',
    from: 'used_at = coalesce(l.used_at, now())',
    to: 'used_at = NULL',
    by: 'duplicates',
    expect: ['I9'],
  },
  {
    name: 'the chain of notes omits a field',
    file: 'db/migrations/023-salted-notes.ts',
    from: 'ELSE jsonb_build_array(\n        ${MEMBERS}, note.salt)',
    to: "ELSE jsonb_build_array(\n        ${MEMBERS.replace('note.body, ', '')}, note.salt)",
    by: 'duplicates',
    expect: ['I9'],
  },
  {
    name: 'a cent more is posted than was quoted',
    file: 'db/stores/ledger.ts',
    from: 'amount_minor: line.amountMinor,',
    to: "amount_minor: line.amountMinor + (line.kind === 'charge' ? 1n : 0n),",
    by: 'duplicates',
    expect: ['scenario'],
  },
  {
    name: 'whole paths are logged',
    file: 'api/app.ts',
    from: 'path: loggedPath(request.url, words),',
    to: 'path: request.url || loggedPath(request.url, words),',
    by: 'leaks',
    expect: ['I15', 'secret'],
  },
  {
    name: 'a bill day of the 31st drifts',
    file: 'domain/billing-cycle.ts',
    from: "return anchor.add(step, { overflow: 'constrain' });",
    to: "return anchor.add(step, { overflow: 'constrain' }).add({ days: index > 30 ? 1 : 0 });",
    by: 'clock',
    expect: ['oracle'],
  },
  {
    name: 'the next period begins a second late',
    file: 'db/migrations/018-rights-of-the-app.ts',
    from: 'VALUES (change.subscription_id, tstzrange(switched_at, NULL),',
    to: "VALUES (change.subscription_id, tstzrange(switched_at + interval '1 second', NULL),",
    by: 'duplicates',
    expect: ['I1'],
  },
  {
    name: 'the running period is not closed',
    file: 'db/migrations/018-rights-of-the-app.ts',
    from: `SET valid = tstzrange(lower(p.valid),
          greatest(coalesce(change.activate_at, change.applied_at), lower(p.valid) + interval '1 microsecond'))`,
    to: 'SET valid = tstzrange(lower(p.valid), NULL)',
    by: 'duplicates',
    expect: ['scenario', 'I19'],
  },
  {
    name: 'the anchor leaves out what has moved',
    file: 'api/daily-anchor.ts',
    from: 'heads.filter(({ customerId, hash }) => known.get(customerId) !== hash),',
    to: 'heads.filter(({ customerId }) => known.has(customerId)),',
    by: 'duplicates',
    expect: ['I9 anchors'],
  },
  {
    name: 'a release changes the workflow without a patch',
    file: 'dev/chaos/families/deploy.ts',
    from: "`if (patched('${id}')) await",
    to: "`if (${id === 'hold' ? 'true' : `patched('${id}')`}) await",
    by: 'deploy',
    expect: ['I16'],
  },
  {
    name: 'the driver does nothing',
    file: 'dev/chaos/run-changes.ts',
    from: 'await scenario.run(agent, own);',
    to: 'void scenario;',
    by: 'duplicates',
    expect: ['undone'],
  },
];

/** All of them. */
export const SEEDED_BUGS: readonly SeededBug[] = [...BUGS_FOR_THE_CAMPAIGN, ...BUGS_FOR_TESTS];
