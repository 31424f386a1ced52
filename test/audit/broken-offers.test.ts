import { itFinds } from './broken-system.ts';
import { useScenario } from './scenario.ts';

const change = (id: string, sql: string) => `UPDATE plan_changes SET ${sql} WHERE id = '${id}'`;
const plan = (sql: string) => `UPDATE plan_versions SET ${sql} WHERE plan_code = 'fiber-plus'`;
const promotion = (sql: string) => `UPDATE promotions SET ${sql} WHERE promotion_code = 'FIBER-10'`;
/** A version that came out at this time, with the next number. */
const published = (at: string) => `
  INSERT INTO plan_versions (plan_code, version, plan_name, price_minor, currency, billing_interval, technology, features, available_from, published_at)
  SELECT plan_code, version + 1, plan_name, price_minor + 1, currency, billing_interval, technology, features, available_from, ${at}
  FROM plan_versions WHERE plan_code = 'fiber-plus' ORDER BY version DESC LIMIT 1`;

describe('audit of quotes that are not what was on offer', () => {
  useScenario();

  itFinds([
    {
      check: 'I20',
      what: 'a revert at a version that had been superseded',
      sql: () => published(`now() - interval '1 day'`),
      finds: /^revert quote 1 names version \d of the plan, the offer was version \d$/,
    },
    {
      check: 'I20',
      what: 'a first quote at a version that had been superseded',
      sql: () => published(`now() - interval '1 day'`),
      finds: /^quote 1 names version \d of the plan, the offer was version \d$/,
    },
    {
      check: 'I20',
      what: 'a revert to a version that was not out yet',
      sql: () => plan(`published_at = now() + interval '1 day'`),
      finds: /^revert quote 1 names version \d of the plan, the offer was version none$/,
    },
    {
      check: 'I20',
      what: 'a revert to a plan that was no longer on sale',
      sql: () => plan(`available_until = current_date - 7`),
      finds: /^revert quote 1 is for a date on which the plan is not on sale$/,
    },
    {
      check: 'I20',
      what: 'a revert to a plan that was not on sale yet',
      sql: () => plan(`available_from = current_date + 7`),
      finds: /^revert quote 1 is for a date on which the plan is not on sale$/,
    },
    {
      check: 'I20',
      what: 'a quote of a version that is not there',
      sql: () => `DELETE FROM plan_versions WHERE plan_code = 'fiber-plus'`,
      finds: /^revert quote 1 names a plan version that is not there$/,
    },
    {
      check: 'I20',
      what: 'a revert whose quote is for another plan',
      sql: ({ reverted }) => change(reverted, `requested_plan_code = 'phone-basic'`),
      finds: /^revert quote 1 is for another plan than was asked for$/,
    },
    {
      check: 'I20',
      what: 'a revert under a promotion that was over',
      sql: () => promotion(`valid_until = current_date - 7`),
      finds: /^revert quote 1 has a promotion that did not run$/,
    },
    {
      check: 'I20',
      what: 'a revert under a promotion that had not begun',
      sql: () => promotion(`valid_from = current_date + 7`),
      finds: /^revert quote 1 has a promotion that did not run$/,
    },
    {
      check: 'I20',
      what: 'a revert under a promotion that had been withdrawn',
      sql: () => promotion(`withdrawn_at = now() - interval '1 day'`),
      finds: /^revert quote 1 has a promotion that had been withdrawn$/,
    },
    {
      check: 'I20',
      what: 'a promotion of another plan',
      sql: () => promotion(`plan_code = 'fiber-basic'`),
      finds: /^revert quote 1 has a promotion of another plan$/,
    },
    {
      check: 'I20',
      what: 'a promotion that is not there',
      sql: () => `DELETE FROM promotions WHERE promotion_code = 'FIBER-10'`,
      finds: /^revert quote 1 names a promotion that is not there$/,
    },
    {
      check: 'I20',
      what: 'a revert at the price of before',
      sql: ({ reverted }) => change(reverted, 'to_price_minor = from_price_minor'),
      finds: /^revert quote 1 is at \d+, the price on offer was \d+$/,
    },
    {
      check: 'I20',
      what: 'a revert without what the promotion takes off',
      sql: () => promotion('percent_off = 100'),
      finds: /^revert quote 1 is at \d+, the price on offer was 0$/,
    },
    {
      check: 'I20',
      what: 'a charge that is not from the price on offer',
      sql: ({ reverted }) =>
        `${change(reverted, 'to_price_minor = 900000')}; ${plan('price_minor = 1000000')}`,
      finds: /^the charge of revert quote 1 does not follow from the price on offer, 900000$/,
    },
    {
      check: 'I20',
      what: 'a revert of what is not there',
      sql: ({ reverted }) => change(reverted, 'reverts_id = gen_random_uuid()'),
      finds: /^it takes back a change that is not there$/,
    },
    {
      check: 'I20',
      what: 'a revert of what somebody else has',
      sql: ({ reverted, upgraded }) => change(reverted, `reverts_id = '${upgraded}'`),
      finds: /^it takes back a change of another account$/,
    },
    {
      check: 'I20',
      what: 'a revert to another plan than before',
      sql: ({ reverted }) => change(reverted, `requested_plan_code = 'phone-basic'`),
      finds: /^it does not go back to the plan of before$/,
    },
    {
      check: 'I20',
      what: 'a revert of what was never applied',
      sql: ({ reverted }) => `UPDATE plan_changes SET applied_at = NULL
        WHERE id = (SELECT reverts_id FROM plan_changes WHERE id = '${reverted}')`,
      finds: /^it takes back a change that was never applied$/,
    },
    {
      check: 'I20',
      what: 'a revert without a quote',
      sql: ({ reverted }) => `DELETE FROM quotes WHERE plan_change_id = '${reverted}'`,
      finds: /^it takes back a change without a quote of its own$/,
    },
    {
      check: 'I20',
      what: 'a dropped trigger',
      sql: () => 'DROP TRIGGER plan_versions_append_only ON plan_versions',
      finds: /^the trigger plan_versions_append_only of plan_versions is missing/,
    },
  ]);
});
