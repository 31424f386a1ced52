import assert from 'node:assert/strict';
import { checkBroken, itFinds } from './broken-system.ts';
import { useScenario, type ScenarioChanges } from './scenario.ts';

const COPY_OF_CHARGES = (id: string, changed: string) => `
  INSERT INTO charges (plan_change_id, quote_revision, quote_hash, line_no, kind, description, service_start, service_end,
                       days, of_days, amount_minor, currency, effective_date)
  SELECT plan_change_id, ${changed}, kind, description, service_start, service_end, days, of_days, amount_minor, currency, effective_date
  FROM charges WHERE plan_change_id = '${id}' AND NOT reversal`;
const period = ({ upgraded }: ScenarioChanges) => `WHERE plan_change_id = '${upgraded}'`;
/** A balance entry of the first quote; `what` is whether it is a reversal, and the amount. */
const entry = (id: string, customer: string, what: string) => `
  INSERT INTO balance_entries (customer_id, plan_change_id, quote_revision, quote_hash, reversal, amount_minor, currency, effective_date)
  SELECT ${customer}, pc.id, 1, q.hash, ${what}, pc.currency, q.effective_date
  FROM plan_changes pc JOIN quotes q ON (q.plan_change_id, q.revision) = (pc.id, 1) WHERE pc.id = '${id}'`;
const orphan = (id: string) => `
  INSERT INTO charges SELECT (jsonb_populate_record(c, jsonb_build_object('id', uuidv7(), 'line_no', 9, 'reversal', true,
    'amount_minor', 99900, 'kind', 'credit'))).* FROM charges c WHERE plan_change_id = '${id}' LIMIT 1`;
const of = (id: string) => `WHERE plan_change_id = '${id}'`;

describe('audit of plans, consents and money that were tampered with', () => {
  useScenario();

  itFinds([
    {
      check: 'I1',
      what: 'a gap between two periods',
      sql: (changes) =>
        `UPDATE subscription_periods SET valid = tstzrange(lower(valid) + interval '1 hour', NULL) ${period(changes)}`,
      finds: /^there is a gap before the period$/,
    },
    {
      check: 'I1',
      what: 'an overlap',
      sql: (changes) => `
        ALTER TABLE subscription_periods DROP CONSTRAINT subscription_periods_pkey;
        UPDATE subscription_periods SET valid = tstzrange(lower(valid) - interval '1 hour', NULL) ${period(changes)}`,
      finds: /^the period overlaps the one before$/,
    },
    {
      check: 'I1',
      what: 'a subscription without an open period',
      sql: (changes) =>
        `UPDATE subscription_periods SET valid = tstzrange(lower(valid), lower(valid) + interval '1 hour') ${period(changes)}`,
      finds: /^the subscription has 0 open periods$/,
    },
    {
      check: 'I1',
      what: 'a subscription without any period',
      sql: () => 'DELETE FROM subscription_periods',
      finds: /^the subscription has no period at all$/,
    },
    {
      check: 'I1',
      what: 'a plan that was switched without a change',
      sql: (changes) => `
        DROP INDEX subscription_periods_one_first;
        UPDATE subscription_periods SET plan_change_id = NULL ${period(changes)}`,
      finds: /^the plan was switched without a change$/,
    },
    {
      check: 'I1',
      what: 'a plan that was switched by a change that is not applied',
      sql: (changes) =>
        `UPDATE subscription_periods SET plan_change_id = '${changes.declined}' ${period(changes)}`,
      finds: /^the plan was switched by a change that is not applied$/,
    },
    ...(['upgraded', 'dated'] as const).map((change) => ({
      check: 'I1',
      what: `a plan that was switched at another time (${change})`,
      sql: (changes: ScenarioChanges) =>
        `UPDATE plan_changes SET applied_at = applied_at + interval '1 second',
           activate_at = activate_at + interval '1 second' WHERE id = '${changes[change]}'`,
      finds: /^the plan was switched at another time than the change says$/,
    })),
    {
      check: 'I1',
      what: 'a first period that is missing',
      sql: ({ upgraded }) => `
        DELETE FROM subscription_periods WHERE plan_change_id IS NULL
          AND subscription_id = (SELECT subscription_id FROM plan_changes WHERE id = '${upgraded}')`,
      finds: /^the period before the one that the change opened is missing$/,
    },
    {
      check: 'I1',
      what: 'a right of the app to write periods',
      sql: () => 'GRANT UPDATE (valid) ON subscription_periods TO app',
      finds: /^the role app may change or delete rows of subscription_periods$/,
    },
    {
      check: 'I1',
      what: 'a dropped index',
      sql: () => 'DROP INDEX plan_changes_one_open',
      finds: /^the unique index plan_changes_one_open of plan_changes is missing/,
    },
    {
      check: 'I2',
      what: 'an activation without a consent',
      sql: ({ upgraded }) => `DELETE FROM consents ${of(upgraded)}`,
      finds: /^quote 1 was activated without a consent for its hash$/,
    },
    {
      check: 'I2',
      what: 'a plan in force without a consent',
      sql: ({ upgraded }) => `DELETE FROM consents ${of(upgraded)}; DELETE FROM charges ${of(upgraded)}`,
      finds: /^the change is applied without a consent for the hash of its quote$/,
    },
    {
      check: 'I2',
      what: 'a consent that came after the quote expired',
      sql: ({ upgraded }) =>
        `UPDATE consents SET accepted_at = (SELECT expires_at FROM quotes ${of(upgraded)}) ${of(upgraded)}`,
      finds: /^the consent to quote 1 came after the quote expired$/,
    },
    {
      check: 'I2',
      what: 'a consent that came after the activation',
      sql: ({ dated }) =>
        `UPDATE consents SET created_at = (SELECT max(posted_at) + interval '1 second' FROM charges ${of(dated)}) ${of(dated)}`,
      finds: /^the consent to quote 1 is later than its activation$/,
    },
    {
      check: 'I2',
      what: 'evidence for another quote',
      sql: ({ upgraded }) => `UPDATE consent_evidence SET quote_hash = repeat('0', 64) ${of(upgraded)}`,
      finds: /^the evidence of the consent to quote 1 belongs to something else$/,
    },
    {
      check: 'I2',
      what: 'an activation under a superseded quote',
      sql: ({ downgraded }) => `
        UPDATE charges SET quote_revision = 1, quote_hash = q.hash FROM quotes q
          WHERE charges.plan_change_id = '${downgraded}' AND q.plan_change_id = '${downgraded}' AND q.revision = 1;
        UPDATE consent_evidence SET quote_hash = q.hash FROM quotes q
          WHERE consent_evidence.plan_change_id = '${downgraded}' AND q.plan_change_id = '${downgraded}' AND q.revision = 1;
        UPDATE consents SET quote_hash = q.hash FROM quotes q
          WHERE consents.plan_change_id = '${downgraded}' AND q.plan_change_id = '${downgraded}' AND q.revision = 1`,
      finds: /^quote 1 was superseded before it was activated$/,
    },
    {
      check: 'I2',
      what: 'a right to delete consents',
      sql: () => 'GRANT DELETE ON consents TO app',
      finds: /^the role app may change or delete rows of consents$/,
    },
    {
      check: 'I3',
      what: 'a charge of another amount',
      sql: ({ upgraded }) =>
        `UPDATE charges SET amount_minor = amount_minor + 1 ${of(upgraded)} AND kind = 'charge'`,
      finds: /^charge 2 is not the line that was quoted$/,
    },
    {
      check: 'I3',
      what: 'a charge that is missing',
      sql: ({ upgraded }) => `DELETE FROM charges ${of(upgraded)} AND line_no = 1`,
      finds: /^line 1 was quoted but is not charged$/,
    },
    {
      check: 'I3',
      what: 'a charge that nobody quoted',
      sql: ({ upgraded }) => `${COPY_OF_CHARGES(upgraded, 'quote_revision, quote_hash, 9')} AND line_no = 2`,
      finds: /^charge 9 stands but was not quoted$/,
    },
    {
      check: 'I3',
      what: 'another surplus on the balance',
      sql: ({ downgraded }) => `UPDATE balance_entries SET amount_minor = amount_minor + 1 ${of(downgraded)}`,
      finds: /^the balance entry is not the quoted surplus$/,
    },
    {
      check: 'I3',
      what: 'a plan in force at another price',
      sql: (changes) => `UPDATE subscription_periods SET price_minor = price_minor + 1 ${period(changes)}`,
      finds: /^plan, version, price or promotion in force is not what was agreed$/,
    },
    {
      check: 'I3',
      what: 'a trigger that was switched off',
      sql: () => 'ALTER TABLE charges DISABLE TRIGGER charges_append_only',
      finds: /^the trigger charges_append_only of charges is missing or not in force$/,
    },
    {
      check: 'I4',
      what: 'a net that is not the sum',
      sql: ({ waiting }) =>
        `UPDATE quotes SET net_minor = net_minor + 1, due_now_minor = greatest(net_minor + 1, 0), to_balance_minor = greatest(-net_minor - 1, 0) ${of(waiting)}`,
      finds: /^the lines of quote 1 do not sum to its net$/,
    },
    {
      check: 'I4',
      what: 'a line in parts of a minor unit',
      sql: ({ waiting }) =>
        `UPDATE quotes SET lines = jsonb_set(lines, '{1,amountMinor}', '"10.5"') ${of(waiting)}`,
      finds: /^line 2 of quote 1 is not in whole minor units$/,
    },
    {
      check: 'I4',
      what: 'a credit that costs',
      sql: ({ waiting }) =>
        `UPDATE quotes SET lines = jsonb_set(lines, '{0,amountMinor}', '"5"') ${of(waiting)}`,
      finds: /^line 1 of quote 1 has the wrong sign or kind$/,
    },
    {
      check: 'I4',
      what: 'a charge that was not rounded once',
      sql: ({ upgraded }) =>
        `UPDATE plan_changes SET to_price_minor = to_price_minor + 500 WHERE id = '${upgraded}'`,
      finds: /^the charge of quote 1 is \d+, price × R\/D is \d+$/,
    },
    {
      check: 'I4',
      what: 'a credit above the price',
      sql: ({ upgraded }) => `UPDATE plan_changes SET from_price_minor = 0 WHERE id = '${upgraded}'`,
      finds: /^the credit of quote 1 is -\d+, price × R\/D or less if less was billed is 0$/,
    },
    {
      check: 'I4',
      what: 'words that are not those of the hash',
      sql: ({ waiting }) =>
        `UPDATE quotes SET lines = jsonb_set(lines, '{0,description}', '"Something else"') ${of(waiting)}`,
      finds: /^hash or canonical JSON of quote 1 is not of the stored figures$/,
    },
    {
      check: 'I5',
      what: 'a second set of charges',
      sql: ({ upgraded }) => COPY_OF_CHARGES(upgraded, '2, quote_hash, line_no'),
      finds: /^2 sets of charges stand$/,
    },
    {
      check: 'I5',
      what: 'charges that no step posted',
      sql: ({ upgraded }) =>
        `DELETE FROM step_receipts WHERE workflow_id = 'plan-change-${upgraded}' AND step = 'activatePlan:1'`,
      finds: /^charges of quote 1 were posted without the step activatePlan$/,
    },
    {
      check: 'I5',
      what: 'a second activation',
      sql: ({ upgraded }) =>
        `INSERT INTO plan_change_transitions (plan_change_id, status) VALUES ('${upgraded}', 'activated')`,
      finds: /^it became activated 2 times$/,
    },
    {
      check: 'I5',
      what: 'a dropped constraint',
      sql: () =>
        'ALTER TABLE charges DROP CONSTRAINT charges_plan_change_id_quote_revision_line_no_reversal_key',
      finds:
        /^the constraint charges_plan_change_id_quote_revision_line_no_reversal_key of charges is missing/,
    },
    {
      check: 'I6',
      what: 'an activation before its date',
      sql: ({ dated }) =>
        `UPDATE plan_changes SET applied_at = activate_at - interval '1 second' WHERE id = '${dated}'`,
      finds: /^applied before the start of its date$/,
    },
    {
      check: 'I6',
      what: 'a plan in force before its date',
      sql: ({ dated }) => `
        ALTER TABLE subscription_periods DROP CONSTRAINT subscription_periods_pkey;
        UPDATE subscription_periods SET valid = tstzrange(lower(valid) - interval '1 day', NULL) ${of(dated)}`,
      finds: /^the new plan is in force before the start of its date$/,
    },
    {
      check: 'I6',
      what: 'an instant that is not the start of the date',
      sql: ({ scheduled }) =>
        `UPDATE quotes SET activate_at = activate_at + interval '1 hour' ${of(scheduled)}`,
      finds: /^the instant of quote 1 is not the start of its date/,
    },
    {
      check: 'I8',
      what: 'a charge of a failed change that stands',
      sql: ({ failed }) => `DELETE FROM charges ${of(failed)} AND reversal AND line_no = 1`,
      finds: /^it is not applied, yet a charge is not reversed$/,
    },
    {
      check: 'I8',
      what: 'a surplus of a failed change that stands',
      sql: ({ failed }) => `DELETE FROM balance_entries ${of(failed)} AND reversal`,
      finds: /^it is not applied, yet a balance entry is not reversed$/,
    },
    {
      check: 'I8',
      what: 'money taken from a balance by an earlier quote',
      sql: ({ downgraded }) => entry(downgraded, 'pc.customer_id', 'true, -99900'),
      finds: /^the reversal of the balance entry of quote 1 has 0 originals$/,
    },
    {
      check: 'I8',
      what: 'money of an earlier quote that is left on a balance',
      sql: ({ downgraded }) => entry(downgraded, 'pc.customer_id', 'false, 99900'),
      finds: /^the balance entry of quote 1, which is not in force, comes to 99900$/,
    },
    {
      check: 'I8',
      what: 'money of an earlier quote on the balance of another customer',
      sql: (changes) =>
        entry(
          changes.downgraded,
          `(SELECT customer_id FROM plan_changes WHERE id = '${changes.byLink}')`,
          'true, -1',
        ),
      finds: /^the balance entry of quote 1 is of another customer than the change$/,
    },
    {
      check: 'I8',
      what: 'a charge that is the reversal of nothing',
      sql: ({ upgraded }) => orphan(upgraded),
      finds: /^charge 9 of quote 1 is reversed, and that quote is in force$/,
    },
    {
      check: 'I8',
      what: 'a charge that is the reversal of nothing, of a failed change',
      sql: ({ failed }) => orphan(failed),
      finds: /^the reversal of charge 9 of quote 1 has 0 originals$/,
    },
    {
      check: 'I8',
      what: 'a reversal of another amount',
      sql: ({ failed }) => `UPDATE charges SET amount_minor = 0 ${of(failed)} AND reversal AND line_no = 1`,
      finds: /^the reversal of charge 1 of quote 1 is not what was charged$/,
    },
    {
      check: 'I8',
      what: 'a reversal of another date',
      sql: ({ failed }) =>
        `UPDATE balance_entries SET effective_date = effective_date + 9 ${of(failed)} AND reversal`,
      finds: /^the reversal of the balance entry of quote 1 is not what was entered$/,
    },
    {
      check: 'I8',
      what: 'a surplus of the quote in force that was taken back',
      sql: ({ downgraded }) => `
        INSERT INTO balance_entries SELECT (jsonb_populate_record(b, jsonb_build_object('id', uuidv7(), 'reversal', true,
          'amount_minor', -b.amount_minor))).* FROM balance_entries b ${of(downgraded)}`,
      finds: /^the balance entry of quote 2 is reversed, and that quote is in force$/,
    },
    {
      check: 'I8',
      what: 'charges in another currency',
      sql: ({ failed }) => `UPDATE charges SET currency = 'EUR' ${of(failed)}`,
      finds: /^charge 1 of quote 1 is in another currency than the change$/,
    },
    {
      check: 'I8',
      what: 'a surplus that names another quote',
      sql: ({ downgraded }) => `UPDATE balance_entries SET quote_hash = 'another' ${of(downgraded)}`,
      finds: /^the balance entry of quote 2 names another quote$/,
    },
    {
      check: 'I8',
      what: 'a compensation without its step',
      sql: ({ failed }) =>
        `DELETE FROM step_receipts WHERE workflow_id = 'plan-change-${failed}' AND step ~ '^compensate'`,
      finds: /^quote 1 was taken back without the step compensateActivation$/,
    },
    {
      check: 'I8',
      what: 'reversals that nothing guards',
      sql: () => 'DROP TRIGGER charges_reversed_whole ON charges',
      finds: /^the trigger charges_reversed_whole of charges is missing or not in force$/,
    },
    {
      check: 'I8',
      what: 'the plan of a failed change in force',
      sql: ({ failed, upgraded }) =>
        `UPDATE subscription_periods SET plan_change_id = '${failed}' ${of(upgraded)}`,
      finds: /^it is not applied, yet a period names it$/,
    },
    {
      check: 'I8',
      what: 'a plan that is not the one from before',
      sql: ({ failed }) => `
        UPDATE subscription_periods SET price_minor = price_minor + 1
        WHERE subscription_id = (SELECT subscription_id FROM plan_changes WHERE id = '${failed}')`,
      finds: /^the plan of before the change is not back$/,
    },
    {
      check: 'I8',
      what: 'a failed change that counts as applied',
      sql: ({ failed }) => `UPDATE plan_changes SET applied_at = closed_at WHERE id = '${failed}'`,
      finds: /^it is failed and yet applied$/,
    },
  ]);

  it('I6 counts what was applied late: whether everything was up, the data cannot tell', async () => {
    const report = await checkBroken({
      check: 'I6',
      sql: ({ dated }) =>
        `UPDATE plan_changes SET applied_at = activate_at + interval '61 seconds' WHERE id = '${dated}'`,
    });
    assert.deepEqual(report.findings, []);
    assert.deepEqual(report.counted, [
      { what: 'applied more than 60 s after the start of their date', n: 1 },
    ]);
  });
});
