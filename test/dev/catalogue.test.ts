import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Knex } from 'knex';
import { openDatabase } from '../../db/knex.ts';
import { divideHalfAwayFromZero, formatDecimal, parseDecimal } from '../../domain/money.ts';
import { parseChurnRow, type ChurnRow } from '../../dev/import/churn-row.ts';
import { readRows } from '../../dev/import/read-rows.ts';
import { PLAN_VERSIONS, planVersionOn, PROMOTIONS } from '../../dev/seed/catalogue.ts';
import { planCodeFor, type Services } from '../../dev/seed/plan-code-for.ts';
import { seedCatalogue } from '../../dev/seed/seed-catalogue.ts';
import { ACCOUNTS_FILE } from '../../dev/seed/seed-demo.ts';
import { TERMS } from '../../dev/seed/terms.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-stack.ts';

const planCodes = [...new Set(PLAN_VERSIONS.map(({ planCode }) => planCode))];
const newest = planCodes.map((planCode) => planVersionOn(planCode, '9999-12-31'));

describe('the catalogue and the file it is derived from', () => {
  const charges = new Map<string, bigint[]>();
  before(async () => {
    for await (const item of readRows(ACCOUNTS_FILE)) {
      assert.ok('record' in item);
      const row: ChurnRow = parseChurnRow(item.record);
      charges.set(row.planCode, [...(charges.get(row.planCode) ?? []), row.monthlyChargeMinor]);
    }
    for (const group of charges.values()) group.sort((a, b) => Number(a - b));
  });

  it('has at most 16 plans, each one with accounts', () => {
    assert.ok(planCodes.length <= 16);
    assert.deepEqual([...charges.keys()].toSorted(), planCodes.toSorted());
    assert.equal([...charges.values()].flat().length, 7043);
  });

  for (const plan of newest) {
    it(`prices ${plan.planCode} at the median of its accounts`, () => {
      const group = charges.get(plan.planCode) ?? [];
      const toStep = (twice: bigint) => divideHalfAwayFromZero(twice, 10n) * 5n;
      const month = toStep(median2(group));
      assert.equal(plan.price, formatDecimal(plan.interval === 'year' ? 12n * month : month, 'USD'));
    });
  }

  it('had the lower quartile as the earlier price of fiber-plus', () => {
    const group = charges.get('fiber-plus') ?? [];
    assert.equal(
      planVersionOn('fiber-plus', '2023-12-31').price,
      formatDecimal(group[Math.floor(group.length / 4)]!, 'USD'),
    );
  });

  it('is the table of data/README.md', async () => {
    const readme = await readFile(new URL('../../data/README.md', import.meta.url), 'utf8');
    for (const plan of newest) {
      const group = charges.get(plan.planCode) ?? [];
      const [lowest, highest] = [group.at(0)!, group.at(-1)!].map((minor) => formatDecimal(minor, 'USD'));
      const median = formatDecimal(median2(group) * 5n, 'KWD');
      const price = plan.interval === 'year' ? `${plan.price} a year` : plan.price;
      const line = readme.split('\n').find((text) => text.startsWith(`| ${plan.planCode} |`));
      assert.ok(
        line?.endsWith(`| ${group.length} | ${lowest} | ${median} | ${highest} | ${price} |`),
        plan.planCode,
      );
    }
  });
});

/** Twice the median, so that a half cent stays whole. */
function median2(sorted: readonly bigint[]): bigint {
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] ?? 0n) + (sorted[Math.floor(middle)] ?? 0n);
}

describe('the catalogue by itself', () => {
  it('has one retired plan, two yearly ones and one that was superseded', () => {
    assert.deepEqual(
      newest.filter(({ availableUntil }) => availableUntil !== null).map(({ planCode }) => planCode),
      ['dsl-two-lines'],
    );
    assert.equal(newest.filter(({ interval }) => interval === 'year').length, 2);
    assert.deepEqual(
      newest.filter(({ version }) => version > 1).map(({ planCode }) => planCode),
      ['fiber-plus'],
    );
  });

  it('gives every account the version of its time', () => {
    assert.equal(planVersionOn('fiber-plus', '2010-01-01').version, 1);
    assert.equal(planVersionOn('fiber-plus', '2023-12-31').version, 1);
    assert.equal(planVersionOn('fiber-plus', '2024-01-01').version, 2);
    assert.throws(() => planVersionOn('fibre', '2024-01-01'), /no plan fibre/);
  });

  it('counts what its words say: lines and add-ons', () => {
    const lines: Readonly<Record<string, number>> = {
      'One phone line': 1,
      'Two phone lines': 2,
      'One or two phone lines': 2,
    };
    const addOns: Readonly<Record<string, number>> = {
      'Up to one': 1,
      'Up to two': 2,
      'Up to three': 3,
      'All six': 6,
    };
    for (const { planCode, features, allowances } of PLAN_VERSIONS) {
      const count = (table: Readonly<Record<string, number>>) =>
        Object.entries(table).find(([words]) => features.some((feature) => feature.startsWith(words)))?.[1];
      assert.equal(allowances.lines?.amount, count(lines), planCode);
      assert.equal(allowances.add_ons?.amount, count(addOns), planCode);
    }
  });

  it('never ends a promotion before it is useful, and names plans that exist', () => {
    for (const promotion of PROMOTIONS) assert.ok(planCodes.includes(promotion.planCode));
    assert.equal(PROMOTIONS.filter(({ validUntil }) => validUntil >= '2100-01-01').length, 2);
  });

  it('covers every combination of services that the company sells', () => {
    for (const internet of ['No', 'DSL', 'Fiber optic'] as const)
      for (const phone of [true, false])
        for (const multipleLines of [true, false])
          for (const contract of ['Month-to-month', 'One year', 'Two year'] as const)
            for (let addOns = 0; addOns <= 6; addOns += 1) {
              const services: Services = { internet, phone, multipleLines, addOns, contract };
              const planCode = planCodeFor(services);
              if (phone || internet === 'DSL') assert.ok(planCodes.includes(planCode ?? ''));
              else assert.equal(planCode, undefined);
            }
  });

  it('says in the current terms what the customer must know', () => {
    const text = TERMS.at(-1)!.body.replaceAll(/\s+/g, ' ');
    for (const words of [
      'price',
      'proportion to its days',
      'account balance',
      'before tax',
      'call the change off',
      'Reaching us',
    ])
      assert.ok(text.includes(words), words);
  });
});

describe('seedCatalogue', () => {
  let database: TestDatabase;
  let knex: Knex;
  before(async () => {
    database = await createTestDatabase('catalogue');
    knex = openDatabase({ url: database.migratorUrl, maxConnections: 2 });
  });
  after(async () => {
    await knex.destroy();
    await database.drop();
  });

  it('publishes everything once, however often and at once it is called', async () => {
    await Promise.all([seedCatalogue(knex), seedCatalogue(knex)]);
    await seedCatalogue(knex);
    const counts = await knex.raw<{ rows: unknown[] }>(`
      SELECT (SELECT count(*)::int FROM plans) plans, (SELECT count(*)::int FROM plan_versions) versions,
             (SELECT count(*)::int FROM promotions) promotions, (SELECT count(*)::int FROM terms) terms`);
    assert.deepEqual(counts.rows, [
      { plans: planCodes.length, versions: PLAN_VERSIONS.length, promotions: 3, terms: 2 },
    ]);
  });

  it('shows the newest version of each plan', async () => {
    const shown = await knex('current_plan_versions').select(
      'plan_code',
      'version',
      'price_minor',
      'features',
      'allowances',
    );
    assert.deepEqual(
      shown.toSorted((a: { plan_code: string }, b: { plan_code: string }) =>
        a.plan_code < b.plan_code ? -1 : 1,
      ),
      newest
        .map((plan) => ({
          plan_code: plan.planCode,
          version: plan.version,
          price_minor: parseDecimal(plan.price, 'USD'),
          features: plan.features,
          allowances: plan.allowances,
        }))
        .toSorted((a, b) => (a.plan_code < b.plan_code ? -1 : 1)),
    );
  });
});
