import type { BillingInterval } from '../../domain/billing-cycle.ts';
import type { Technology } from '../../domain/plan-change-terms.ts';

/** What a plan includes in each month, by metric; `amount` null: without limit. */
export type Allowances = Readonly<
  Partial<Record<Metric, { readonly amount: number | null; readonly unit: string }>>
>;
/** The first three are metered; of lines and add-ons the plan has room for so many. */
export type Metric = 'data' | 'voice' | 'texts' | 'lines' | 'add_ons';

/** One published version of a plan. It is never edited: another price is another version. */
export interface CataloguePlan {
  readonly planCode: string;
  readonly version: number;
  readonly planName: string;
  /** US dollars per interval. */
  readonly price: string;
  readonly interval: BillingInterval;
  readonly technology: Technology;
  readonly features: readonly string[];
  readonly allowances: Allowances;
  readonly availableFrom: string;
  /** First date on which it can no longer start; null: no end. */
  readonly availableUntil: string | null;
  /** Date on which this version supersedes the one before. */
  readonly publishedOn: string;
}

const FIRST_SALE = '2015-01-01';
const ADD_ONS =
  'online security, online backup, device protection, tech support, TV streaming, film streaming';
const ONE_LINE = 'One phone line';
const TWO_LINES = 'Two phone lines';
const DSL = 'DSL internet';
const FIBER = 'Fiber internet';
const ONE_ADD_ON = `Up to one add-on: ${ADD_ONS}`;
const TWO_ADD_ONS = `Up to two add-ons: ${ADD_ONS}`;
const THREE_ADD_ONS = `Up to three add-ons: ${ADD_ONS}`;
const ALL_ADD_ONS = `All six add-ons: ${ADD_ONS}`;
const PAID_YEARLY = 'Billed once a year';

const gigabytes = (amount: number | null) => ({ data: { amount, unit: 'GB' } });
const phone = (minutes: number | null, texts: number | null, lines: 1 | 2) => ({
  voice: { amount: minutes, unit: 'minutes' },
  texts: { amount: texts, unit: 'messages' },
  lines: { amount: lines, unit: 'lines' },
});
const addOns = (amount: number) => ({ add_ons: { amount, unit: 'add-ons' } });

interface PlanDetails extends Pick<CataloguePlan, 'technology' | 'features' | 'allowances'> {
  readonly changes?: Partial<CataloguePlan>;
}

function plan(planCode: string, planName: string, price: string, details: PlanDetails): CataloguePlan {
  const { changes, ...what } = details;
  return {
    planCode,
    version: 1,
    planName,
    price,
    interval: 'month',
    availableFrom: FIRST_SALE,
    availableUntil: null,
    publishedOn: FIRST_SALE,
    ...what,
    ...changes,
  };
}

const FIBER_PLUS = {
  technology: 'fiber',
  features: [FIBER, ONE_LINE, THREE_ADD_ONS],
  allowances: { ...gigabytes(2000), ...phone(1000, 1000, 1), ...addOns(3) },
} as const satisfies PlanDetails;

/**
 * Sixteen plans: what the 7,043 accounts of data/telco-customer-churn.csv show, by internet service, phone
 * lines and number of add-ons. data/README.md has the table from which the prices come, and a test compares
 * them with the file. Allowances are not in the data; they only grow with the price.
 */
export const PLAN_VERSIONS: readonly CataloguePlan[] = [
  plan('phone-basic', 'Phone Basic', '20.00', {
    technology: 'none',
    features: [ONE_LINE],
    allowances: phone(500, 200, 1),
  }),
  plan('phone-basic-yearly', 'Phone Basic Yearly', '238.80', {
    technology: 'none',
    features: [ONE_LINE, PAID_YEARLY],
    allowances: phone(500, 200, 1),
    changes: { interval: 'year' },
  }),
  plan('phone-two-lines', 'Phone Two Lines', '25.00', {
    technology: 'none',
    features: [TWO_LINES],
    allowances: phone(1000, 400, 2),
  }),
  plan('dsl-internet', 'DSL Internet', '33.60', {
    technology: 'dsl',
    features: [DSL, TWO_ADD_ONS],
    allowances: { ...gigabytes(300), ...addOns(2) },
  }),
  plan('dsl-internet-plus', 'DSL Internet Plus', '50.70', {
    technology: 'dsl',
    features: [DSL, ALL_ADD_ONS],
    allowances: { ...gigabytes(500), ...addOns(6) },
  }),
  plan('dsl-phone', 'DSL and Phone', '49.15', {
    technology: 'dsl',
    features: [DSL, ONE_LINE, ONE_ADD_ON],
    allowances: { ...gigabytes(300), ...phone(500, 500, 1), ...addOns(1) },
  }),
  plan('dsl-two-lines', 'DSL and Two Lines', '54.35', {
    technology: 'dsl',
    features: [DSL, TWO_LINES, ONE_ADD_ON],
    allowances: { ...gigabytes(300), ...phone(1000, 500, 2), ...addOns(1) },
    changes: { availableUntil: '2023-07-01' },
  }),
  plan('dsl-phone-plus', 'DSL and Phone Plus', '61.45', {
    technology: 'dsl',
    features: [DSL, 'One or two phone lines', THREE_ADD_ONS],
    allowances: { ...gigabytes(500), ...phone(1000, 1000, 2), ...addOns(3) },
  }),
  plan('dsl-phone-complete', 'DSL and Phone Complete', '79.60', {
    technology: 'dsl',
    features: [DSL, 'One or two phone lines', ALL_ADD_ONS],
    allowances: { ...gigabytes(1000), ...phone(null, null, 2), ...addOns(6) },
  }),
  plan('fiber-basic', 'Fiber Basic', '73.75', {
    technology: 'fiber',
    features: [FIBER, ONE_LINE, ONE_ADD_ON],
    allowances: { ...gigabytes(1000), ...phone(500, 500, 1), ...addOns(1) },
  }),
  plan('fiber-plus', 'Fiber Plus', '84.80', FIBER_PLUS),
  plan('fiber-plus', 'Fiber Plus', '89.15', {
    ...FIBER_PLUS,
    changes: { version: 2, availableFrom: '2024-01-01', publishedOn: '2024-01-01' },
  }),
  plan('fiber-complete', 'Fiber Complete', '100.30', {
    technology: 'fiber',
    features: [FIBER, ONE_LINE, ALL_ADD_ONS],
    allowances: { ...gigabytes(null), ...phone(null, null, 1), ...addOns(6) },
  }),
  plan('fiber-two-lines', 'Fiber Two Lines', '79.80', {
    technology: 'fiber',
    features: [FIBER, TWO_LINES, ONE_ADD_ON],
    allowances: { ...gigabytes(1000), ...phone(1000, 500, 2), ...addOns(1) },
  }),
  plan('fiber-two-lines-plus', 'Fiber Two Lines Plus', '94.65', {
    technology: 'fiber',
    features: [FIBER, TWO_LINES, THREE_ADD_ONS],
    allowances: { ...gigabytes(2000), ...phone(2000, 1000, 2), ...addOns(3) },
  }),
  plan('fiber-two-lines-plus-yearly', 'Fiber Two Lines Plus Yearly', '1132.20', {
    technology: 'fiber',
    features: [FIBER, TWO_LINES, THREE_ADD_ONS, PAID_YEARLY],
    allowances: { ...gigabytes(2000), ...phone(2000, 1000, 2), ...addOns(3) },
    changes: { interval: 'year' },
  }),
  plan('fiber-two-lines-complete', 'Fiber Two Lines Complete', '106.70', {
    technology: 'fiber',
    features: [FIBER, TWO_LINES, ALL_ADD_ONS],
    allowances: { ...gigabytes(null), ...phone(null, null, 2), ...addOns(6) },
  }),
];

/** The version an account that started on `date` came with: the newest one published by then, else the first. */
export function planVersionOn(planCode: string, date: string): CataloguePlan {
  const versions = PLAN_VERSIONS.filter((version) => version.planCode === planCode);
  const found = versions.findLast((version) => version.publishedOn <= date) ?? versions[0];
  if (!found) throw new Error(`The catalogue has no plan ${planCode}`);
  return found;
}

export interface CataloguePromotion {
  readonly promotionCode: string;
  readonly planCode: string;
  readonly description: string;
  readonly off: { readonly percent: number } | { readonly amount: string };
  readonly validFrom: string;
  /** First date on which it can no longer be used. */
  readonly validUntil: string;
}

/** Two that run for as long as anybody will try them, one that is over. */
export const PROMOTIONS: readonly CataloguePromotion[] = [
  {
    promotionCode: 'FIBER-10',
    planCode: 'fiber-plus',
    description: '10 % off Fiber Plus',
    off: { percent: 10 },
    validFrom: '2020-01-01',
    validUntil: '2100-01-01',
  },
  {
    promotionCode: 'DSL-5',
    planCode: 'dsl-phone-complete',
    description: '$5.00 off DSL and Phone Complete',
    off: { amount: '5.00' },
    validFrom: '2020-01-01',
    validUntil: '2100-01-01',
  },
  {
    promotionCode: 'SECOND-LINE-2019',
    planCode: 'fiber-two-lines',
    description: '15 % off Fiber Two Lines',
    off: { percent: 15 },
    validFrom: '2019-01-01',
    validUntil: '2020-01-01',
  },
];
