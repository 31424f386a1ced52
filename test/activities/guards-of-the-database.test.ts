import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { openDatabase } from '../../db/knex.ts';
import { isTerminal, mayFollow, PLAN_CHANGE_STATUSES } from '../../domain/plan-change-status.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { stageApplied, stageChange, stageVerified, type StagedChange } from '../support/staged-change.ts';

/** SQLSTATEs of the refusals. */
const SQLSTATE = {
  NOT_ALLOWED: '42501',
  FOREIGN_KEY: '23503',
  UNIQUE: '23505',
  CHECK: '23514',
  EXCLUSION: '23P01',
} as const;

/** What the steps never do, tried by hand as the application, which has no more rights than this. */
describe('guards of the database', () => {
  let rig: Rig;
  let migrator: Knex;
  before(async () => {
    rig = await createRig('guards');
    migrator = openDatabase({ url: rig.database.migratorUrl, maxConnections: 1 });
  });
  after(async () => {
    await migrator.destroy();
    await rig.close();
  });

  const refused = async (attempt: PromiseLike<unknown>, code: string): Promise<void> => {
    await assert.rejects(Promise.resolve(attempt), (error: Error & { code?: string }) => error.code === code);
  };
  const charge = ({ planChangeId, quote }: StagedChange, change: object = {}) =>
    rig.knex('charges').insert({
      ...{ plan_change_id: planChangeId, quote_revision: quote.revision, quote_hash: quote.hash, line_no: 9 },
      ...{ kind: 'charge', description: 'By hand', service_start: '2026-11-16', service_end: '2026-12-01' },
      ...{ days: 15, of_days: 30, amount_minor: 100, currency: 'USD', effective_date: '2026-11-16' },
      ...change,
    });
  const consent = async (change: StagedChange, columns: object = {}) => {
    const { evidenceId, acceptedAt } = await change.consent();
    return rig.knex('consents').insert({
      ...{ plan_change_id: change.planChangeId, quote_hash: change.quote.hash, evidence_id: evidenceId },
      ...{ method: 'verbal', given_at: change.now, accepted_at: acceptedAt },
      ...columns,
    });
  };

  it('no charge without a consent', async () => {
    await refused(charge(await stageChange(rig)), SQLSTATE.FOREIGN_KEY);
  });

  it('no charge under another quote than the one agreed to', async () => {
    const change = await stageChange(rig);
    await consent(change);
    const requoted = await change.run('requotePlanChange', {
      ...{ planChangeId: change.planChangeId, messageId: 'm', activation: null },
      ...{ expected: change.expected('awaiting_consent'), author: change.author, now: change.now },
    });
    assert.ok(requoted.outcome === 'quoted');
    await refused(charge(change.with(requoted.quote)), SQLSTATE.FOREIGN_KEY);
    await refused(charge(change, { quote_revision: 2 }), SQLSTATE.FOREIGN_KEY);
    await charge(change);
  });

  it('no line of a quote charged twice, and no amount with the wrong sign', async () => {
    const change = await stageApplied(rig);
    await refused(charge(change, { line_no: 1 }), SQLSTATE.UNIQUE);
    await refused(charge(change, { amount_minor: -100 }), SQLSTATE.CHECK);
    await refused(charge(change, { kind: 'credit' }), SQLSTATE.CHECK);
    await refused(charge(change, { kind: 'fee' }), SQLSTATE.CHECK);
    await refused(charge(change, { reversal: true }), SQLSTATE.CHECK);
  });

  it('no consent once the quote has expired, to the millisecond', async () => {
    const change = await stageChange(rig);
    const { expiresAt } = change.quote;
    const justBefore = new Date(Date.parse(expiresAt) - 1).toISOString();
    await refused(consent(change, { accepted_at: expiresAt }), SQLSTATE.CHECK);
    await consent(change, { accepted_at: justBefore });
  });

  it('no second consent to one quote, none to a quote that is not there, and none without its evidence', async () => {
    const change = await stageChange(rig);
    await consent(change);
    await refused(consent(change), SQLSTATE.UNIQUE);
    await refused(consent(change, { quote_hash: 'ab'.repeat(32) }), SQLSTATE.CHECK);
    await refused(consent(await stageChange(rig), { evidence_id: randomUUID() }), SQLSTATE.FOREIGN_KEY);
  });

  it('no evidence of an attached consent deleted', async () => {
    const change = await stageApplied(rig);
    const evidence = rig.knex('consent_evidence').where({ plan_change_id: change.planChangeId });
    await refused(evidence.delete(), SQLSTATE.FOREIGN_KEY);
  });

  it('no second open change of one subscription, and a new one once the first has ended', async () => {
    const change = await stageChange(rig);
    const copy = () =>
      rig.knex.raw(
        `INSERT INTO plan_changes SELECT (jsonb_populate_record(pc,
           jsonb_build_object('id', uuidv7(), 'status', 'awaiting_consent', 'closed_at', null))).*
         FROM plan_changes pc WHERE id = ?`,
        [change.planChangeId],
      );
    await refused(copy(), SQLSTATE.UNIQUE);
    const one = rig.knex('plan_changes').where({ id: change.planChangeId });
    await one.update({ status: 'declined', closed_at: new Date() });
    await copy();
  });

  for (const status of PLAN_CHANGE_STATUSES.filter((any) => isTerminal(any))) {
    it(`no way out of ${status}`, async () => {
      const change = await stageChange(rig);
      const one = () => rig.knex('plan_changes').where({ id: change.planChangeId });
      const rejection = status === 'rejected' ? { rejection_code: 'plan-unknown' } : {};
      // However it came there: the rule that guards the way is not what is looked at here.
      await rig.ownerKnex.transaction(async (trx) => {
        await trx.raw('ALTER TABLE plan_changes DISABLE TRIGGER plan_changes_terminal_is_final');
        await one()
          .transacting(trx)
          .update({ status, closed_at: new Date(), ...rejection });
        await trx.raw('ALTER TABLE plan_changes ENABLE TRIGGER plan_changes_terminal_is_final');
      });
      for (const other of PLAN_CHANGE_STATUSES.filter((any) => any !== status)) {
        await refused(one().update({ status: other }), SQLSTATE.CHECK);
      }
      await refused(one().update({ status: 'awaiting_consent', closed_at: null }), SQLSTATE.CHECK);
    });
  }

  it('no step that the table of transitions does not have', async () => {
    const { planChangeId } = await stageChange(rig);
    const one = rig.knex('plan_changes').where({ id: planChangeId });
    for (const status of PLAN_CHANGE_STATUSES.filter((to) => !mayFollow('awaiting_consent', to))) {
      if (status !== 'awaiting_consent')
        await refused(
          one.clone().update({ status, closed_at: isTerminal(status) ? new Date() : null }),
          SQLSTATE.CHECK,
        );
    }
  });

  it('no end without its time, no hold without its reason', async () => {
    const change = await stageChange(rig);
    const one = rig.knex('plan_changes').where({ id: change.planChangeId });
    await refused(one.clone().update({ status: 'cancelled' }), SQLSTATE.CHECK);
    await refused(one.clone().update({ closed_at: new Date() }), SQLSTATE.CHECK);
    await refused(one.clone().update({ status: 'held' }), SQLSTATE.CHECK);
  });

  it('no two plans at one instant, and no gap where one follows the other', async () => {
    const { account, planChangeId } = await stageApplied(rig);
    const mine = () => rig.knex('subscription_periods').where({ subscription_id: account.subscriptionId });
    const gap = await rig.knex.raw<{ rows: { gap: string }[] }>(
      `SELECT (lower(valid) - lag(upper(valid)) OVER (ORDER BY valid))::text AS gap
       FROM subscription_periods WHERE subscription_id = ? ORDER BY valid DESC LIMIT 1`,
      [account.subscriptionId],
    );
    assert.equal(gap.rows[0]?.gap, '00:00:00');
    const range = (from: string, until: string) => rig.knex.raw('tstzrange(?, ?)', [from, until]);
    const another = {
      ...{ subscription_id: account.subscriptionId, plan_code: 'fiber-plus', plan_version: 1 },
      price_minor: 1,
    };
    const insert = (knex: Knex, valid: Knex.Raw) =>
      knex('subscription_periods').insert({ ...another, valid });
    await refused(insert(rig.knex, range('2026-01-01Z', '2026-01-02Z')), SQLSTATE.NOT_ALLOWED);
    await refused(insert(migrator, range('2026-01-01Z', '2026-01-02Z')), SQLSTATE.EXCLUSION);
    await refused(insert(migrator, rig.knex.raw(`'empty'::tstzrange`)), SQLSTATE.CHECK);
    // A second open one is found by either rule.
    const open = rig.knex.raw(`tstzrange('2100-01-01', NULL)`);
    await assert.rejects(insert(migrator, open), /one_open|one_first|conflicting/);
    assert.equal((await mine().where({ plan_change_id: planChangeId })).length, 1);
  });

  it('no period deleted or moved, but for the one that an activation under way takes back', async () => {
    const { account, planChangeId } = await stageVerified(rig);
    const mine = () => rig.knex('subscription_periods').where({ subscription_id: account.subscriptionId });
    const before = await mine().orderBy('valid');
    await refused(mine().delete(), SQLSTATE.NOT_ALLOWED);
    await refused(mine().update({ price_minor: 1 }), SQLSTATE.NOT_ALLOWED);
    for (const valid of [
      `tstzrange(lower(valid), NULL)`,
      `tstzrange(lower(valid) - interval '1 day', now())`,
    ])
      await refused(mine().update({ valid: rig.knex.raw(valid) }), SQLSTATE.NOT_ALLOWED);
    const takeBack = await rig.knex.raw<{ rows: { restored: boolean }[] }>(
      'SELECT take_back_period(?) AS restored',
      [planChangeId],
    );
    assert.equal(takeBack.rows[0]?.restored, false, 'the change is applied and read back');
    assert.deepEqual(await mine().orderBy('valid'), before);
  });

  it('no mail rewritten, no account closed or reopened', async () => {
    const { account, planChangeId } = await stageVerified(rig);
    const mail = rig.knex('email_outbox').where({ plan_change_id: planChangeId });
    for (const column of ['recipient', 'subject', 'body_text', 'body_html', 'kind'])
      await refused(mail.clone().update({ [column]: rig.knex.ref(column) }), SQLSTATE.NOT_ALLOWED);
    const customer = rig.knex('customers').where({ id: account.customerId });
    await refused(customer.clone().update({ status: 'closed' }), SQLSTATE.NOT_ALLOWED);
    await rig.ownerKnex('customers').where({ id: account.customerId }).update({ status: 'closed' });
    await refused(customer.clone().update({ status: 'active' }), SQLSTATE.NOT_ALLOWED);
  });

  it('gives a switch that was wanted before the running plan began an instant of its own', async () => {
    const change = await stageApplied(rig, {
      account: { anchorDate: '2026-12-20', startDate: '2026-12-20' },
    });
    const periods = await rig
      .ownerKnex('subscription_periods')
      .where({ subscription_id: change.account.subscriptionId })
      .orderByRaw('lower(valid)')
      .select<{ micros: string | null }[]>(
        rig.ownerKnex.raw(`(upper(valid) - lower(valid))::text AS micros`),
      );
    assert.deepEqual(
      periods.map(({ micros }) => micros),
      ['00:00:00.000001', null],
    );
  });

  const appendOnly: [table: string, column: string][] = [
    ['account_notes', 'body'],
    ['charges', 'description'],
    ['consents', 'method'],
    ['balance_entries', 'currency'],
    ['quotes', 'script_text'],
    ['step_receipts', 'step'],
    ['plan_change_transitions', 'status'],
    ['terms', 'body'],
    ['plan_versions', 'plan_name'],
  ];
  for (const [table, column] of appendOnly) {
    for (const role of ['app', 'migrator'] as const) {
      it(`${table} is neither updated nor deleted nor truncated by the ${role}`, async () => {
        await stageVerified(rig);
        const knex = role === 'app' ? rig.knex : migrator;
        await refused(knex.raw('UPDATE ?? SET ?? = ??', [table, column, column]), SQLSTATE.NOT_ALLOWED);
        await refused(knex(table).delete(), SQLSTATE.NOT_ALLOWED);
        await refused(knex.raw('TRUNCATE ?? CASCADE', [table]), SQLSTATE.NOT_ALLOWED);
        // Also where no row would be touched.
        await refused(knex(table).whereRaw('false').delete(), SQLSTATE.NOT_ALLOWED);
      });
    }
  }

  it('no note with a sequence, a time or a hash of the writer’s choice', async () => {
    const { customerId } = await stageChange(rig);
    await rig.knex('account_notes').insert({
      ...{ customer_id: customerId, kind: 'remark', body: 'By hand', author_type: 'agent' },
      ...{ sequence: 700, hash: 'mine', previous_hash: 'mine', created_at: '2000-01-01Z' },
    });
    const note = await rig
      .knex('account_notes')
      .where({ customer_id: customerId, kind: 'remark' })
      .first<{ sequence: bigint; hash: string; created_at: Date }>();
    assert.ok(note.sequence < 10n && note.hash.length === 64 && note.created_at.getFullYear() > 2000);
    const broken = await rig.knex.raw<{ rows: unknown[] }>('SELECT broken_account_notes(?)', [customerId]);
    assert.deepEqual(broken.rows, []);
  });
});
