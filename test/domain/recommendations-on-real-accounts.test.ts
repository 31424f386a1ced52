import assert from 'node:assert/strict';
import type { CustomerNeeds } from '../../domain/customer-needs.ts';
import { recommendPlans, type Recommendation } from '../../domain/recommendations.ts';
import { PLAN_VERSIONS } from '../../dev/seed/catalogue.ts';
import { NOW, OFFERS, realAccounts, type RealAccount } from './recommendation-facts.ts';

/** What customers say: one of these for each account, in turn. */
const NEEDS: readonly CustomerNeeds[] = [
  {},
  { internet: 'fast' },
  { lowerBill: true },
  { lines: 2, addOns: ['tv_streaming', 'film_streaming'] },
  { maxMonthlyMinor: 6000n, internet: 'any' },
  { moreData: true },
  { internet: 'none', moreCalls: true },
  { lines: 0 },
  { billing: 'year', addOns: ['online_security'] },
];

interface Answer extends RealAccount {
  readonly needs: CustomerNeeds;
  readonly items: readonly Recommendation[];
}

/** Written apart from the rules: what one customer has in a plan, from the catalogue's own entries. */
function includes(planCode: string, version?: number) {
  const plan = PLAN_VERSIONS.findLast(
    (candidate) => candidate.planCode === planCode && candidate.version === (version ?? candidate.version),
  )!;
  const amount = (metric: 'data' | 'voice' | 'texts' | 'lines' | 'add_ons'): number => {
    const allowance = plan.allowances[metric];
    return allowance === undefined ? 0 : (allowance.amount ?? Infinity);
  };
  return {
    interval: plan.interval,
    speed: ['none', 'dsl', 'fiber'].indexOf(plan.technology),
    metered: { data: amount('data'), voice: amount('voice'), texts: amount('texts') },
    lines: amount('lines'),
    addOns: amount('add_ons'),
  };
}

/** Whether a plan gives something that was asked for, or an end to an overuse, which the plan of now does not. */
function gives({ needs, facts }: Answer, planCode: string): boolean {
  const { current } = facts.account;
  const [now, then] = [includes(current.planCode, current.version), includes(planCode)];
  const speedAsked = { none: 0, any: 1, fast: 2 }[needs.internet ?? 'none'];
  const endsOveruse = (['data', 'voice', 'texts'] as const).some(
    (metric) => facts.usage[metric] > now.metered[metric] && then.metered[metric] > now.metered[metric],
  );
  return (
    (now.speed < speedAsked && then.speed >= speedAsked) ||
    (now.lines < (needs.lines ?? 0) && then.lines > now.lines) ||
    (now.addOns < (needs.addOns?.length ?? 0) && then.addOns > now.addOns) ||
    (needs.moreData === true && then.metered.data > now.metered.data) ||
    (needs.moreCalls === true && then.metered.voice > now.metered.voice) ||
    (needs.billing !== undefined && now.interval !== needs.billing && then.interval === needs.billing) ||
    endsOveruse
  );
}

describe('recommendations for the 7,043 real accounts', () => {
  const answers: Answer[] = [];
  let tookMs = 0;

  before(async function () {
    this.timeout(120_000);
    const accounts = await realAccounts();
    const startedAt = performance.now();
    for (const [index, account] of accounts.entries()) {
      const needs = NEEDS[index % NEEDS.length]!;
      answers.push({ ...account, needs, items: recommendPlans(needs, account.facts, NOW).items });
    }
    tookMs = performance.now() - startedAt;
  });

  /** Calls `check` for every recommendation, with a name for the message of a failure. */
  function forEach(check: (answer: Answer, item: Recommendation, name: string) => void): void {
    for (const answer of answers)
      for (const item of answer.items)
        check(
          answer,
          item,
          `${answer.row.accountNumber} ${Object.keys(answer.needs).join()} ${item.planCode}`,
        );
  }

  it('are there for thousands, each with reasons in whole sentences', () => {
    assert.equal(answers.length, 7043);
    assert.ok(answers.filter(({ items }) => items.length > 0).length > 3000);
    forEach((_, { reasons, losses }, name) => {
      assert.ok(reasons.length > 0, name);
      for (const sentence of [...reasons, ...losses]) {
        assert.match(sentence, /^(It|You|At|The) .+\.$/, name);
        assert.doesNotMatch(sentence, /undefined|null|NaN|Infinity|_| {2}|-\$/, name);
      }
    });
  });

  it('never name the present plan, a retired one, or one plan twice', () => {
    const sold = new Set(
      OFFERS.filter(({ availableUntil }) => availableUntil === null).map((o) => o.planCode),
    );
    forEach(({ facts }, { planCode }, name) => {
      assert.notEqual(planCode, facts.account.current.planCode, name);
      assert.ok(sold.has(planCode), name);
    });
    for (const { items } of answers)
      assert.equal(new Set(items.map(({ planCode }) => planCode)).size, items.length);
  });

  it('never cost more without giving something that was asked for', () => {
    let dearer = 0;
    forEach((answer, { planCode, monthlyDifferenceMinor }, name) => {
      if (monthlyDifferenceMinor < 0n) return;
      dearer += 1;
      assert.ok(gives(answer, planCode), name);
    });
    assert.ok(dearer > 500);
  });

  it('offer internet or a phone line to nobody who has none and says that none is needed', () => {
    forEach(({ needs, facts }, { planCode }, name) => {
      const { current } = facts.account;
      const [now, then] = [includes(current.planCode, current.version), includes(planCode)];
      if (needs.internet === 'none') assert.ok(then.speed === 0 || now.speed > 0, name);
      if (needs.lines === 0) assert.ok(then.lines === 0 || now.lines > 0, name);
    });
  });

  it('name everything that would be lost, whatever was asked for', () => {
    const words = { data: 'data', voice: 'calls', texts: 'text messages' };
    forEach(({ facts }, { planCode, losses }, name) => {
      const { current } = facts.account;
      const [now, then] = [includes(current.planCode, current.version), includes(planCode)];
      const lost = [
        ...(then.speed < now.speed ? ['internet'] : []),
        ...(then.lines < now.lines ? ['phone line'] : []),
        ...(then.addOns < now.addOns ? ['add-on'] : []),
        ...(['data', 'voice', 'texts'] as const)
          .filter((metric) => then.metered[metric] < now.metered[metric])
          .map((metric) => words[metric]),
      ];
      for (const word of lost)
        assert.ok(
          losses.some((sentence) => sentence.includes(word)),
          `${name}: ${word}`,
        );
    });
  });

  it('take nothing away from customers who state nothing', () => {
    for (const { needs, items, row } of answers) {
      if (Object.keys(needs).length > 0) continue;
      for (const { losses } of items)
        assert.ok(!losses.some((sentence) => sentence.includes('instead of')), row.accountNumber);
    }
  });

  it('never name a plan beside a cheaper one that includes as much of everything', () => {
    const perYear = ({ priceMinor, interval }: Recommendation): bigint =>
      interval === 'year' ? priceMinor : 12n * priceMinor;
    for (const { items, row } of answers) {
      for (const one of items) {
        for (const other of items) {
          if (one === other || perYear(one) > perYear(other)) continue;
          const [a, b] = [includes(one.planCode), includes(other.planCode)];
          const hasMore =
            b.speed > a.speed ||
            b.lines > a.lines ||
            b.addOns > a.addOns ||
            (['data', 'voice', 'texts'] as const).some((metric) => b.metered[metric] > a.metered[metric]) ||
            (a.interval === 'year' && b.interval === 'month');
          assert.ok(hasMore, `${row.accountNumber}: ${one.planCode} and ${other.planCode}`);
        }
      }
    }
  });

  it('never include less than is used without saying so, and only for customers who want to pay less', () => {
    forEach(({ facts, needs }, { planCode, losses }, name) => {
      const { current } = facts.account;
      const [now, then] = [includes(current.planCode, current.version), includes(planCode)];
      for (const metric of ['data', 'voice', 'texts'] as const) {
        if (metric === 'data' ? needs.internet === 'none' : needs.lines === 0) continue;
        if (then.metered[metric] >= Math.min(facts.usage[metric], now.metered[metric])) continue;
        assert.ok(needs.lowerBill === true || needs.maxMonthlyMinor !== undefined, name);
        const word = { data: 'data', voice: 'calls', texts: 'text messages' }[metric];
        assert.ok(
          losses.some((sentence) => sentence.includes(word)),
          name,
        );
      }
    });
  });

  it('meet what was stated', () => {
    forEach(({ needs, row }, { planCode, priceMinor, interval, monthlyDifferenceMinor }, name) => {
      const plan = includes(planCode);
      if (needs.internet !== undefined)
        assert.ok(plan.speed >= { none: 0, any: 1, fast: 2 }[needs.internet], name);
      assert.ok(plan.lines >= (needs.lines ?? 0) && plan.addOns >= (needs.addOns?.length ?? 0), name);
      if (needs.lowerBill === true) assert.ok(monthlyDifferenceMinor < 0n, name);
      if (needs.billing !== undefined) assert.equal(interval, needs.billing, name);
      if (needs.maxMonthlyMinor !== undefined) assert.ok(priceMinor <= needs.maxMonthlyMinor, name);
      // Lines that are in use, by the row itself, are kept where nobody said otherwise.
      const lines = row.phone ? (row.multipleLines ? 2 : 1) : 0;
      if (needs.lines === undefined && needs.lowerBill !== true && needs.maxMonthlyMinor === undefined)
        assert.ok(plan.lines >= lines, name);
    });
  });

  it('are whole amounts: nothing due and something for the balance never at once', () => {
    forEach((_, { dueNowMinor, toBalanceMinor }, name) => {
      assert.ok(dueNowMinor >= 0n && toBalanceMinor >= 0n, name);
      assert.ok(dueNowMinor === 0n || toBalanceMinor === 0n, name);
    });
  });

  it('are the same for the same facts, in whatever order the catalogue comes', () => {
    for (const { facts, needs, items } of answers.filter((_, index) => index % 20 === 0)) {
      const shuffled = { ...facts, offers: facts.offers.toReversed() };
      assert.deepEqual(recommendPlans(needs, shuffled, NOW).items, items);
    }
  });

  it('take no more than a few milliseconds each', () => {
    assert.ok(tookMs / answers.length < 10, `${tookMs.toFixed(0)} ms for ${answers.length}`);
  });
});
