import type { Knex } from 'knex';
import type { TestAccount } from '../../dev/seed/test-account.ts';

/** A plan and a promotion of one test's own: what becomes of them touches no other test. */
export interface OwnPlan {
  readonly planCode: string;
  readonly promotionCode: string;
  /** A newer version of the plan; what is not named stays as it is. */
  supersede(columns: Readonly<Record<string, unknown>>): Promise<void>;
  setPromotion(columns: Readonly<Record<string, unknown>>): Promise<void>;
}

/** At 89.15 a month, with 10 % off. `knex`: the superuser. */
export async function insertOwnPlan(knex: Knex, name: string): Promise<OwnPlan> {
  const planCode = `own-plan-${name}`;
  const promotionCode = `OWN-${name.toUpperCase()}`;
  const copyOf = async (from: string, columns: Readonly<Record<string, unknown>>): Promise<void> => {
    const newest = await knex('plan_versions')
      .where({ plan_code: from })
      .orderBy('version', 'desc')
      .first<Record<string, unknown> & { version: number; allowances: object }>();
    await knex('plan_versions').insert({
      ...newest,
      ...{
        allowances: JSON.stringify(newest.allowances),
        version: newest.version + 1,
        published_at: new Date(),
      },
      ...columns,
    });
  };
  await knex('plans').insert({ plan_code: planCode });
  await copyOf('fiber-plus', { plan_code: planCode, plan_name: `Own Plan ${name}`, version: 1 });
  await knex('promotions').insert({
    ...{ promotion_code: promotionCode, plan_code: planCode, description: '10 % off', percent_off: 10 },
    ...{ valid_from: '2020-01-01', valid_until: '2100-01-01' },
  });
  return {
    planCode,
    promotionCode,
    supersede: (columns) => copyOf(planCode, columns),
    async setPromotion(columns) {
      await knex('promotions').where({ promotion_code: promotionCode }).update(columns);
    },
  };
}

/** The account gets another plan by another route than a plan change, which only a superuser can. */
export async function moveToPlan(knex: Knex, account: TestAccount, planCode: string): Promise<void> {
  await knex.raw(
    `UPDATE subscription_periods p
     SET plan_code = v.plan_code, plan_version = v.version, price_minor = v.price_minor
     FROM current_plan_versions v
     WHERE p.subscription_id = :subscriptionId AND upper_inf(p.valid) AND v.plan_code = :planCode`,
    { subscriptionId: account.subscriptionId, planCode },
  );
}

/** What was billed turns out to be less: the past is corrected, which only a superuser can. */
export async function correctCharge(knex: Knex, planChangeId: string, amountMinor: bigint): Promise<void> {
  await knex.transaction(async (trx) => {
    await trx.raw(`SET LOCAL session_replication_role = 'replica'`);
    await trx('charges')
      .where({ plan_change_id: planChangeId, kind: 'charge' })
      .update({ amount_minor: amountMinor });
  });
}
