import assert from 'node:assert/strict';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { addDays, localDateOf, startOfLocalDate } from '../../domain/calendar.ts';
import { sha256Hex } from '../../domain/canonical-json.ts';
import { toMoneyJson } from '../../domain/money.ts';
import type { BillingInterval } from '../../domain/billing-cycle.ts';
import type { AccountFacts, CurrentPlan, OfferedPlan, QuotedTerms } from '../../domain/plan-change-terms.ts';
import { termsOf } from '../../domain/plan-change-terms.ts';
import type { ActivationWhen, PricedPlan } from '../../domain/quote.ts';
import { toStoredLines } from '../../db/stores/quote-lines.ts';
import { checkBroken } from './broken-system.ts';
import { useScenario } from './scenario.ts';

const ZONE = 'America/Chicago';
const TERMS_SHA256 = sha256Hex('of lives');
const PUBLISHED = '2020-01-01T00:00:00Z';

interface Wish {
  /** Days since the plan before began. */
  readonly gap: number;
  readonly when: ActivationWhen;
  readonly priceMinor: bigint;
  readonly interval: BillingInterval;
  readonly percentOff: number | null;
}

const plan = {
  priceMinor: fc.oneof(fc.bigInt(0n, 9n), fc.bigInt(0n, 200_000n)),
  interval: fc.constantFrom<BillingInterval>('month', 'month', 'year'),
};
const wish = fc.record<Wish>({
  gap: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(80)),
  when: fc.constantFrom<ActivationWhen>('immediately', 'immediately', 'on_date', 'end_of_cycle'),
  percentOff: fc.option(fc.nat(100)),
  ...plan,
});
const account = fc.record({
  // Every day of a month, from a leap day on.
  anchorDate: fc.nat(800).map((days) => addDays('2024-02-29', days)),
  first: fc.record(plan),
  wishes: fc.array(wish, { minLength: 1, maxLength: 7 }),
});

type Row = Record<string, unknown>;
type Table =
  'plan_versions' | 'subscriptions' | 'subscription_periods' | 'plan_changes' | 'quotes' | 'charges';
type Rows = Record<Table, Row[]>;

describe('audit of figures of whole lives of accounts', () => {
  useScenario();

  it('I4 finds nothing in what the program works out, and takes all of it into account', async () => {
    const rows: Rows = {
      ...{ plan_versions: [], subscriptions: [], subscription_periods: [] },
      ...{ plan_changes: [], quotes: [], charges: [] },
    };
    for (const { anchorDate, first, wishes } of fc.sample(account, { numRuns: 150, seed: 8 }))
      new Life(rows, anchorDate, first).live(wishes);
    const { findings, failure, unchecked, looked } = await checkBroken({
      check: 'I4',
      sql: () =>
        `INSERT INTO terms (version, sha256, body, published_at) VALUES ('terms-of-lives', '${TERMS_SHA256}', 'of lives', '${PUBLISHED}');` +
        Object.entries(rows)
          .map(([table, all]) => insert(table, all))
          .join(';'),
    });
    assert.equal(failure, null);
    assert.deepEqual(
      findings.map(({ what }) => what),
      [],
    );
    assert.deepEqual(unchecked, []);
    assert.ok(rows.quotes.length > 300 && looked > 5 * rows.quotes.length, `${rows.quotes.length} quotes`);
  });
});

/** One account from its first plan on, as the program would keep it. */
class Life {
  readonly #rows: Rows;
  readonly #anchorDate: string;
  readonly #subscriptionId = uuidv7();
  readonly #customerId = uuidv7();
  #current: CurrentPlan;
  #period: Row;
  #date: string;
  #steps = 0;

  constructor(rows: Rows, anchorDate: string, first: Pick<Wish, 'priceMinor' | 'interval'>) {
    this.#rows = rows;
    this.#anchorDate = anchorDate;
    this.#date = anchorDate;
    const validFrom = startOfLocalDate(anchorDate, ZONE);
    this.#current = { ...this.#publish(first), validFrom, soldUntil: null, openingCharge: null };
    rows.subscriptions.push({
      ...{ id: this.#subscriptionId, customer_id: this.#customerId },
      ...{ anchor_date: anchorDate, created_at: PUBLISHED },
    });
    this.#period = this.#open(null, null);
  }

  live(wishes: readonly Wish[]): void {
    for (const each of wishes) this.#change(each);
  }

  #change({ gap, when, percentOff, ...price }: Wish): void {
    const planChangeId = uuidv7();
    const offered = this.#publish(price);
    const today = addDays(this.#date, gap);
    const now = new Date(
      Date.parse(startOfLocalDate(today, ZONE)) + (8 * 60 + ++this.#steps) * 60_000,
    ).toISOString();
    const activation =
      when === 'on_date' ? ({ when, date: addDays(today, 1 + (gap % 9)) } as const) : { when };
    const terms = termsOf(
      ...([
        {
          planChangeId,
          quoteRevision: 1,
          promotionCode: percentOff === null ? null : 'ANY',
          activation,
          now,
          furthestDateDays: 800,
        },
      ] as const),
      this.#facts(offered, percentOff),
    );
    assert.ok(typeof terms !== 'string');
    const appliedAt = terms.activateAt ?? now;
    this.#keep(planChangeId, when, terms, {
      now,
      appliedAt,
      promotionCode: percentOff === null ? null : 'ANY',
    });
    const [, charge] = terms.quote.lines;
    assert.ok(charge);
    this.#period['valid'] = `[${this.#current.validFrom},${appliedAt})`;
    this.#current = {
      ...terms.to,
      ...{ validFrom: appliedAt, soldUntil: null },
      openingCharge: {
        effectiveDate: terms.effectiveDate,
        days: charge.days,
        amountMinor: charge.amountMinor,
      },
    };
    this.#period = this.#open(planChangeId, percentOff === null ? null : 'ANY');
    this.#date = localDateOf(appliedAt, ZONE);
  }

  #facts(offered: OfferedPlan, percentOff: number | null): AccountFacts {
    return {
      ...{ customerId: this.#customerId, subscriptionId: this.#subscriptionId, accountStatus: 'active' },
      ...{ currency: 'USD', timeZone: ZONE, anchorDate: this.#anchorDate, current: this.#current, offered },
      promotion:
        percentOff === null
          ? null
          : {
              ...{ promotionCode: 'ANY', planCode: offered.planCode, percentOff, amountOffMinor: null },
              ...{ validFrom: '2020-01-01', validUntil: '2099-01-01', withdrawn: false },
            },
      terms: { version: 'terms-of-lives', sha256: TERMS_SHA256 },
      ...{ periods: [], balanceEntries: [], openPlanChangeId: null },
    };
  }

  #publish({ priceMinor, interval }: Pick<Wish, 'priceMinor' | 'interval'>): OfferedPlan {
    const planCode = `of-lives-${uuidv7()}`;
    this.#rows.plan_versions.push({
      ...{
        plan_code: planCode,
        version: 1,
        plan_name: 'Any',
        price_minor: String(priceMinor),
        currency: 'USD',
      },
      ...{ billing_interval: interval, technology: 'none', features: [], allowances: {} },
      ...{ available_from: '2020-01-01', published_at: PUBLISHED },
    });
    return {
      ...{ planCode, planName: 'Any', version: 1, priceMinor, interval, currency: 'USD', technology: 'none' },
      ...{ features: [], availableFrom: '2020-01-01', availableUntil: null },
    };
  }

  #open(planChangeId: string | null, promotionCode: string | null): Row {
    const { planCode, version, priceMinor, validFrom } = this.#current;
    const period: Row = {
      ...{
        subscription_id: this.#subscriptionId,
        valid: `[${validFrom},)`,
        plan_code: planCode,
        plan_version: version,
      },
      ...{ price_minor: String(priceMinor), promotion_code: promotionCode, plan_change_id: planChangeId },
    };
    this.#rows.subscription_periods.push(period);
    return period;
  }

  #keep(
    id: string,
    when: ActivationWhen,
    { effectiveDate, activateAt, from, to, quote }: QuotedTerms,
    { now, appliedAt, promotionCode }: { now: string; appliedAt: string; promotionCode: string | null },
  ): void {
    this.#rows.plan_changes.push({
      ...{ id, customer_id: this.#customerId, subscription_id: this.#subscriptionId, agent_id: id },
      ...{ identification_id: id, status: 'completed', requested_plan_code: to.planCode, currency: 'USD' },
      ...{ from_plan_code: from.planCode, from_plan_version: 1, from_price_minor: String(from.priceMinor) },
      ...{ from_valid_from: from.validFrom, to_plan_code: to.planCode, to_plan_version: 1 },
      ...{ to_price_minor: String(to.priceMinor), promotion_code: promotionCode, activation_when: when },
      ...{ effective_date: effectiveDate, activate_at: activateAt, quote_revision: 1, run_id: id },
      ...{ opened_at: now, applied_at: appliedAt, closed_at: appliedAt },
    });
    this.#rows.quotes.push({
      ...{ plan_change_id: id, revision: 1, hash: quote.hash, canonical_json: quote.canonicalJson },
      ...{ effective_date: effectiveDate, activate_at: activateAt, terms_version: 'terms-of-lives' },
      ...{ lines: toStoredLines(quote.lines), net_minor: String(quote.netMinor) },
      ...{ due_now_minor: String(quote.dueNowMinor), to_balance_minor: String(quote.toBalanceMinor) },
      ...{ next_bill_date: quote.nextBill.date, next_bill_minor: String(quote.nextBill.amountMinor) },
      ...{ script_version: quote.script.version, script_text: quote.script.text, interruptions: [] },
      ...{ expires_at: appliedAt, created_at: now, basis: { when, from: kept(from), to: kept(to) } },
    });
    for (const [index, line] of quote.lines.entries())
      this.#rows.charges.push({
        ...{
          id: uuidv7(),
          plan_change_id: id,
          quote_revision: 1,
          quote_hash: quote.hash,
          line_no: index + 1,
        },
        ...{ reversal: false, kind: line.kind, description: line.description, service_start: line.start },
        ...{
          service_end: line.end,
          days: line.days,
          of_days: line.ofDays,
          amount_minor: String(line.amountMinor),
        },
        ...{ currency: 'USD', effective_date: effectiveDate, posted_at: appliedAt },
      });
  }
}

function kept({ planCode, planName, version, priceMinor, interval }: PricedPlan) {
  return { planCode, planName, version, price: toMoneyJson(priceMinor, 'USD'), interval };
}

function insert(table: string, rows: readonly Row[]): string {
  return `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $rows$${JSON.stringify(rows)}$rows$)`;
}
