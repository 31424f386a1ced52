import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import type pg from 'pg';
import { openDatabase } from '../../db/knex.ts';
import { rows } from '../../db/sql.ts';
import { withConnection } from '../../dev/stack/postgres.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { stageApplied, stageChange, stageVerified, type StagedChange } from '../support/staged-change.ts';

/** SQLSTATEs of the refusals. */
const NOT_ALLOWED = '42501';
const CHECK = '23514';
const UNIQUE = '23505';

/** What somebody who has the application, or its password, tries against history. */
describe('attacks by the app’s own role', () => {
  let rig: Rig;
  let migrator: Knex;
  before(async () => {
    rig = await createRig('attacks');
    migrator = openDatabase({ url: rig.database.migratorUrl, maxConnections: 1 });
  });
  after(async () => {
    await migrator.destroy();
    await rig.close();
  });

  const refused = async (attempt: PromiseLike<unknown>, ...codes: string[]): Promise<void> => {
    await assert.rejects(Promise.resolve(attempt), (error: Error & { code?: string }) => {
      assert.ok(codes.includes(error.code ?? ''), `${error.code ?? 'no code'}: ${error.message}`);
      return true;
    });
  };
  const stageCompleted = async (): Promise<StagedChange> => {
    const change = await stageVerified(rig);
    const one = rig.knex('plan_changes').where({ id: change.planChangeId });
    await one.update({ status: 'completed', closed_at: new Date() });
    return change;
  };
  const periodsOf = ({ account }: StagedChange) =>
    rig
      .knex('subscription_periods')
      .where({ subscription_id: account.subscriptionId })
      .orderBy('valid')
      .select<{ valid: string; plan_change_id: string | null }[]>('*');

  describe('through a temporary table of the name of a real one', () => {
    for (const role of ['app', 'auditor', 'migrator'] as const) {
      it(`are not open to the ${role}`, async () => {
        await withConnection(rig.database[`${role}Url`], (client) =>
          refused(client.query('CREATE TEMPORARY TABLE quotes (hash text)'), NOT_ALLOWED),
        );
      });
    }

    /** The second line of defence: should the right come back, it is of no use. */
    const withTemporaryTables = async (attack: (app: pg.Client) => Promise<void>): Promise<void> => {
      const database = rig.database.name;
      await rig.ownerKnex.raw(`GRANT TEMPORARY ON DATABASE ${database} TO app`);
      try {
        await withConnection(rig.database.appUrl, attack);
      } finally {
        await rig.ownerKnex.raw(`REVOKE TEMPORARY ON DATABASE ${database} FROM app`);
      }
    };
    const standIn = (app: pg.Client, table: string, where: string, set: string) =>
      app.query(`
        CREATE TEMPORARY TABLE ${table} AS SELECT * FROM public.${table} WHERE ${where};
        UPDATE pg_temp.${table} SET ${set};
        GRANT ALL ON pg_temp.${table} TO migrator`);

    it('take no period from a finished change, and switch no plan', async () => {
      const change = await stageCompleted();
      const before = await periodsOf(change);
      const id = change.planChangeId;
      await withTemporaryTables(async (app) => {
        await standIn(app, 'plan_changes', `id = '${id}'`, `status = 'activating'`);
        const { rows: answers } = await app.query<{ restored: boolean }>(
          'SELECT take_back_period($1) AS restored',
          [id],
        );
        assert.deepEqual(answers, [{ restored: false }]);
        await refused(app.query('SELECT switch_plan($1)', [id]), CHECK);
      });
      assert.deepEqual(await periodsOf(change), before);
    });

    it('break no chain of notes', async () => {
      const { customerId } = await stageCompleted();
      await withTemporaryTables(async (app) => {
        await standIn(
          app,
          'account_notes',
          `customer_id = '${customerId}'`,
          `sequence = sequence + 1000, hash = repeat('a', 64)`,
        );
        const insert = `INSERT INTO public.account_notes (customer_id, kind, body, author_type)
          VALUES ($1, 'remark', 'By hand', 'system') RETURNING sequence::int, previous_hash`;
        const { rows: notes } = await app.query<{ sequence: number; previous_hash: string }>(insert, [
          customerId,
        ]);
        assert.ok((notes[0]?.sequence ?? 1000) < 1000);
        assert.notEqual(notes[0]?.previous_hash, 'a'.repeat(64));
        assert.deepEqual((await app.query('SELECT broken_account_notes($1)', [customerId])).rows, []);
      });
    });

    it('make no late consent timely', async () => {
      const { planChangeId, quote } = await stageChange(rig);
      const evidenceId = await rig.evidence(planChangeId, quote.hash);
      await withTemporaryTables(async (app) => {
        await standIn(
          app,
          'quotes',
          `plan_change_id = '${planChangeId}'`,
          `expires_at = expires_at + interval '90 days'`,
        );
        const insert = `INSERT INTO public.consents
          (plan_change_id, quote_hash, evidence_id, method, given_at, accepted_at)
          VALUES ($1, $2, $3, 'verbal', now(), now() + interval '60 days')`;
        await refused(app.query(insert, [planChangeId, quote.hash, evidenceId]), CHECK);
      });
    });

    it('borrow no function of the owner for a table of their own', async () => {
      await withTemporaryTables(async (app) => {
        await app.query('CREATE TEMPORARY TABLE mine (id uuid, status plan_change_status)');
        await refused(
          app.query(`CREATE TRIGGER forged AFTER INSERT ON mine FOR EACH ROW
            EXECUTE FUNCTION record_plan_change_transition()`),
          NOT_ALLOWED,
        );
      });
    });

    it('meet no function that would find one: each that decides says where it looks', async () => {
      const open = await rows(
        rig.ownerKnex,
        `SELECT p.proname FROM pg_proc p
         WHERE p.pronamespace = 'public'::regnamespace AND (p.prosecdef OR p.prorettype = 'trigger'::regtype)
           AND NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, public, pg_temp'], false)`,
      );
      assert.deepEqual(open, []);
    });
  });

  describe('on the plan of a subscription', () => {
    it('write no period themselves', async () => {
      const change = await stageCompleted();
      const mine = () =>
        rig.knex('subscription_periods').where({ subscription_id: change.account.subscriptionId });
      const before = await periodsOf(change);
      const closed = rig.knex.raw(`tstzrange(lower(valid), lower(valid) + interval '1 microsecond')`);
      await refused(mine().whereRaw('upper_inf(valid)').update({ valid: closed }), NOT_ALLOWED);
      const added = { plan_code: 'fiber-plus', plan_version: 1, price_minor: 1 };
      const valid = rig.knex.raw(`tstzrange('2100-01-01', NULL)`);
      const subscription = { subscription_id: change.account.subscriptionId };
      await refused(
        rig.knex('subscription_periods').insert({ ...subscription, ...added, valid }),
        NOT_ALLOWED,
      );
      assert.deepEqual(await periodsOf(change), before);
    });

    it('switch nothing for a change that is not being activated', async () => {
      const switchPlan = ({ planChangeId }: StagedChange) =>
        rig.knex.raw('SELECT switch_plan(?)', [planChangeId]);
      const waiting = await stageChange(rig);
      for (const change of [waiting, await stageVerified(rig), await stageCompleted()]) {
        const before = await periodsOf(change);
        await refused(switchPlan(change), CHECK);
        assert.deepEqual(await periodsOf(change), before);
      }
    });

    it('switch nothing that nobody agreed to', async () => {
      const change = await stageChange(rig);
      const one = rig.knex('plan_changes').where({ id: change.planChangeId });
      await one.update({ status: 'activating', applied_at: new Date() });
      await refused(rig.knex.raw('SELECT switch_plan(?)', [change.planChangeId]), CHECK);
      assert.equal((await periodsOf(change)).length, 1);
    });

    it('switch no plan twice', async () => {
      const change = await stageApplied(rig);
      await refused(rig.knex.raw('SELECT switch_plan(?)', [change.planChangeId]), UNIQUE);
      assert.equal((await periodsOf(change)).length, 2);
    });

    it('find the same rules in the way of the owner', async () => {
      const change = await stageCompleted();
      const other = await stageChange(rig);
      const add = (planChangeId: string | null) =>
        migrator.raw(
          `WITH closed AS (
             UPDATE subscription_periods SET valid = tstzrange(lower(valid), lower(valid) + interval '1 second')
             WHERE subscription_id = :id AND upper_inf(valid) RETURNING subscription_id, upper(valid) AS at)
           INSERT INTO subscription_periods (subscription_id, plan_code, plan_version, price_minor, valid, plan_change_id)
           SELECT subscription_id, 'fiber-plus', 1, 1, tstzrange(at, NULL), :planChangeId::uuid FROM closed`,
          { id: change.account.subscriptionId, planChangeId },
        );
      await refused(add(null), UNIQUE);
      for (const id of [change.planChangeId, other.planChangeId]) await refused(add(id), CHECK);
    });
  });

  describe('on a change that has ended', () => {
    /** Every column, with an expression for a value that it does not have. */
    const anotherValues = () =>
      rows<{ name: string; other: string }>(
        rig.ownerKnex,
        `SELECT attname AS name, CASE
           WHEN t.typtype = 'e' THEN format(
             '(SELECT min(e) FROM unnest(enum_range(NULL::%I)) e WHERE e IS DISTINCT FROM %I)', typname, attname)
           WHEN typname = 'uuid' THEN 'gen_random_uuid()'
           WHEN typname IN ('date', 'timestamptz') THEN '''1970-01-01Z'''
           WHEN typname IN ('int4', 'int8') THEN format('coalesce(%I, 0) + 1', attname)
           WHEN typname = 'jsonb' THEN '''{"altered":true}'''
           ELSE format('concat(%I, ''-altered'')', attname) END AS other
         FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
         WHERE attrelid = 'plan_changes'::regclass AND attnum > 0 AND NOT attisdropped`,
      );

    for (const who of ['app', 'owner'] as const) {
      it(`rewrite nothing of it as the ${who}, but confirm it once`, async () => {
        const { planChangeId } = await stageCompleted();
        const knex = who === 'app' ? rig.knex : rig.ownerKnex;
        const one = () => knex('plan_changes').where({ id: planChangeId });
        const before = await one().first<object>();
        for (const { name, other } of await anotherValues())
          if (name !== 'confirmed_at') await refused(one().update(name, knex.raw(other)), NOT_ALLOWED, CHECK);
        assert.deepEqual(await one().first<object>(), before);
        await one().update({ confirmed_at: new Date() });
        for (const confirmed_at of [null, new Date(0)]) await refused(one().update({ confirmed_at }), CHECK);
      });
    }

    it('rewrite nothing of one that is in force, but complete and confirm it', async () => {
      const { planChangeId } = await stageVerified(rig);
      const one = () => rig.knex('plan_changes').where({ id: planChangeId });
      await refused(one().update({ to_price_minor: 1 }), CHECK);
      await refused(one().update({ applied_at: null }), CHECK);
      await refused(one().update({ status: 'completed', closed_at: new Date(), from_price_minor: 1 }), CHECK);
      await one().update({ confirmed_at: new Date() });
      await one().update({ status: 'completed', closed_at: new Date() });
    });

    it('rewrite nothing of whose it is and who opened it while it waits', async () => {
      const { planChangeId } = await stageChange(rig);
      const one = () => rig.knex('plan_changes').where({ id: planChangeId });
      const settled = ['id', 'customer_id', 'subscription_id', 'agent_id', 'identification_id', 'opened_at'];
      for (const column of [
        ...settled,
        'requested_plan_code',
        'currency',
        'run_id',
        'reverts_id',
        'replaces_id',
      ])
        await refused(one().update({ [column]: rig.knex.ref(column) }), NOT_ALLOWED);
    });

    it('begin none that is under way, applied or confirmed', async () => {
      const { planChangeId } = await stageCompleted();
      for (const begun of [
        `'status', 'activating'`,
        `'status', 'completed'`,
        `'status', 'awaiting_consent', 'closed_at', NULL`,
        `'status', 'awaiting_consent', 'closed_at', NULL, 'applied_at', NULL, 'confirmed_at', now()`,
      ])
        for (const knex of [rig.knex, migrator])
          await refused(
            knex.raw(
              `INSERT INTO plan_changes SELECT (jsonb_populate_record(pc, jsonb_build_object('id', uuidv7(), ${begun}))).*
               FROM plan_changes pc WHERE id = ?`,
              [planChangeId],
            ),
            CHECK,
          );
    });
  });

  it('date no receipt and no mail: the database does', async () => {
    const { planChangeId } = await stageCompleted();
    const dated = async (insert: string, bindings: Record<string, string>) => {
      const [row] = await rows<{ is_now: boolean }>(rig.knex, insert, bindings);
      assert.deepEqual(row, { is_now: true });
    };
    for (const at of ['2200-01-01Z', '2020-01-01Z', 'infinity'])
      await dated(
        `INSERT INTO step_receipts (workflow_id, step, result, committed_at)
         VALUES (:workflowId, :step, '{}', :at) RETURNING committed_at = now() AS is_now`,
        { workflowId: `plan-change-${planChangeId}`, step: `openPlanChange:${at}`, at },
      );
    await dated(
      `INSERT INTO email_outbox (plan_change_id, kind, revision, quote_revision, recipient, subject, body_text, body_html, created_at)
       VALUES (:planChangeId, 'held', 9, 1, 'a@example.com', 'x', 'x', 'x', 'infinity') RETURNING created_at = now() AS is_now`,
      { planChangeId },
    );
  });

  it('write no time that nobody can read', async () => {
    const { planChangeId } = await stageCompleted();
    const mail = { plan_change_id: planChangeId, kind: 'summary' };
    const [sent] = await rig.knex('email_outbox').where(mail).select<{ id: string }[]>('id');
    assert.ok(sent);
    const event = { provider_event_id: 'none', outbox_id: sent.id, event: 'open' };
    const times = ['infinity', '-infinity', '10000-01-01Z', '0044-03-15Z BC'];
    for (const at of times) {
      await refused(rig.knex('email_events').insert({ ...event, occurred_at: at }), CHECK);
      await refused(rig.knex('email_outbox').where(mail).update({ claimed_at: at }), CHECK);
      await refused(
        rig.knex('identifications').insert({
          agent_id: rig.agent.agentId,
          customer_id: rig.knex('plan_changes').where({ id: planChangeId }).select('customer_id'),
          expires_at: at,
        }),
        CHECK,
      );
    }
    await rig.knex('email_events').insert({ ...event, occurred_at: '9999-12-31T23:59:59Z' });
  });

  it('on the stored answer to a request change nothing of it', async () => {
    const request = { agent_id: rig.agent.agentId, operation: 'cancel', key_sha256: 'a'.repeat(64) };
    await rig.knex('idempotency_keys').insert({ ...request, request_sha256: 'b'.repeat(64) });
    const one = () => rig.knex('idempotency_keys').where(request);
    const answer = { answer_status: 200, answer_headers: '{}', answer_body: '{}', answered_at: new Date() };
    for (const column of ['id', 'agent_id', 'operation', 'key_sha256', 'request_sha256', 'created_at'])
      await refused(one().update({ [column]: rig.knex.ref(column) }), NOT_ALLOWED);
    await one().update(answer);
    const other = { answer_status: 409, answer_headers: '[]', answer_body: '[]', answered_at: new Date(0) };
    for (const [column, value] of Object.entries(other))
      await refused(one().update({ [column]: value }), CHECK);
    await refused(
      one().update({ answer_status: null, answer_headers: null, answer_body: null, answered_at: null }),
      CHECK,
    );
    await refused(rig.ownerKnex('idempotency_keys').where(request).update({ answer_status: 409 }), CHECK);
  });
});
