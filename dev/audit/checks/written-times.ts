import type { CheckContext, Finding } from '../check.ts';
import { applyRules } from '../check.ts';
import { CHANGE_OF_RECEIPT } from './stored-ids.ts';

/** For the clocks of two servers, and of one that was set back. */
const MARGIN = `interval '1 hour'`;

interface Table {
  readonly table: string;
  /** SQL for the change and the customer that a row is of. */
  readonly change: string;
  readonly customer: string;
  /** By the database's clock: none is of a time to come. */
  readonly dated: readonly string[];
  /** By the clocks of others, or for what is to come. */
  readonly others?: readonly string[];
}

const NONE = 'NULL::uuid';
const OF_CHANGE = `(SELECT pc.customer_id FROM plan_changes pc WHERE pc.id = t.plan_change_id)`;
const ofChange = { change: 't.plan_change_id', customer: OF_CHANGE };
const CHANGE_OF_MAIL = `(SELECT m.plan_change_id FROM email_outbox m WHERE m.id = t.outbox_id)`;

/** All that the product's role may write, but what triggers date: notes and transitions. */
const TABLES: readonly Table[] = [
  { table: 'step_receipts', change: CHANGE_OF_RECEIPT, customer: NONE, dated: ['committed_at'] },
  { ...ofChange, table: 'email_outbox', dated: ['created_at', 'claimed_at', 'accepted_at'] },
  {
    table: 'email_events',
    change: CHANGE_OF_MAIL,
    customer: NONE,
    dated: ['received_at'],
    others: ['occurred_at'],
  },
  { ...ofChange, table: 'quotes', dated: ['created_at'], others: ['expires_at', 'activate_at'] },
  { ...ofChange, table: 'consent_evidence', dated: ['received_at'], others: ['given_at'] },
  { ...ofChange, table: 'consent_links', dated: ['created_at', 'used_at'], others: ['expires_at'] },
  { ...ofChange, table: 'consents', dated: ['created_at'], others: ['given_at', 'accepted_at'] },
  { ...ofChange, table: 'charges', dated: ['posted_at'] },
  { ...ofChange, table: 'balance_entries', dated: ['posted_at'] },
  { ...ofChange, table: 'remarks', dated: ['created_at'] },
  {
    table: 'plan_changes',
    change: 't.id',
    customer: 't.customer_id',
    dated: ['confirmed_at'],
    others: ['opened_at', 'applied_at', 'closed_at', 'activate_at', 'consent_deadline_at', 'from_valid_from'],
  },
  {
    table: 'identifications',
    change: NONE,
    customer: 't.customer_id',
    dated: ['verified_at'],
    others: ['expires_at'],
  },
  { table: 'idempotency_keys', change: NONE, customer: NONE, dated: ['created_at', 'answered_at'] },
];

/**
 * Times that cannot be: ahead of the clock that wrote them, or none at all. One of either would end comparisons that go
 * by it, so it is a finding by itself.
 */
export function writtenTimes(context: CheckContext): Promise<Finding[]> {
  return applyRules(
    context,
    'I9',
    TABLES.map(ruleOf).map((sql) => ({ sql })),
  );
}

function ruleOf({ table, change, customer, dated, others = [] }: Table): string {
  const isUnreadable = (column: string): string =>
    `NOT extract(year FROM t.${column} AT TIME ZONE 'UTC') BETWEEN 1 AND 9999`;
  const wrongs = [
    ...[...dated, ...others].map(
      (column) =>
        `WHEN ${isUnreadable(column)} THEN '${column} of a row of ${table} is no time that can be read'`,
    ),
    ...dated.map(
      (column) =>
        `WHEN t.${column} > now() + ${MARGIN} THEN '${column} of a row of ${table} is a time to come'`,
    ),
  ];
  return `SELECT ${change}, ${customer}, CASE ${wrongs.join('\n')} END FROM ${table} t`;
}
