import assert from 'node:assert/strict';
import { ADD_ONS, type CustomerNeeds } from '../../domain/customer-needs.ts';
import type { PlanOffer, RecommendationFacts } from '../../domain/recommendation-candidate.ts';
import { recommendPlans, type Recommendation } from '../../domain/recommendations.ts';
import { termsOf } from '../../domain/plan-change-terms.ts';
import { factsWith, NOW, OFFERS } from './recommendation-facts.ts';

const codesOf = (items: readonly Recommendation[]): string[] => items.map(({ planCode }) => planCode);
const recommend = (needs: CustomerNeeds, facts: RecommendationFacts): readonly Recommendation[] =>
  recommendPlans(needs, facts, NOW).items;
const only = (needs: CustomerNeeds, facts: RecommendationFacts): Recommendation => {
  const items = recommend(needs, facts);
  assert.equal(items.length, 1, codesOf(items).join());
  return items[0]!;
};
const withOffers = (facts: RecommendationFacts, change: (offer: PlanOffer) => Partial<PlanOffer>) => ({
  ...facts,
  offers: facts.offers.map((offer) => ({ ...offer, ...change(offer) })),
});

const DSL_PHONE = factsWith('dsl-phone', { data: 120, voice: 100, lines: 1, add_ons: 1 });
const DSL_COMPLETE = factsWith('dsl-phone-complete', { data: 312, voice: 700, lines: 2, add_ons: 5 });
const FIBER_PLUS = factsWith('fiber-plus', { data: 900, voice: 100, lines: 1, add_ons: 2 });
const FIBER_LINES = factsWith('fiber-two-lines-plus', { data: 900, voice: 100, lines: 2, add_ons: 2 });

describe('recommendations', () => {
  it('are none where nothing is asked for and the plan covers its use', () => {
    assert.deepEqual(recommend({}, DSL_PHONE), []);
  });

  it('leave out what cannot be ordered now, which takes no place and stands in the way of no other plan', () => {
    const everything = recommend({ internet: 'any' }, factsWith('phone-basic', { voice: 10, lines: 1 }));
    assert.ok(everything.length > 0);
    const first = everything[0]?.planCode ?? '';
    const another = {
      promotionCode: 'OF-ANOTHER',
      planCode: 'none',
      description: '',
      percentOff: 1,
      amountOffMinor: null,
    };
    const facts = withOffers(factsWith('phone-basic', { voice: 10, lines: 1 }), ({ planCode }) =>
      planCode === first
        ? {
            promotions: [{ ...another, validFrom: '2020-01-01', validUntil: '2030-01-01', withdrawn: false }],
          }
        : {},
    );
    const gone = { ...facts, offers: facts.offers.filter(({ planCode }) => planCode !== first) };
    assert.deepEqual(
      codesOf(recommend({ internet: 'any' }, facts)),
      codesOf(recommend({ internet: 'any' }, gone)),
    );
    assert.ok(codesOf(recommend({ internet: 'any' }, gone)).length > 0);
  });

  it('say why, what is lost, what it costs and what happens, in sentences for the phone', () => {
    assert.deepEqual(only({ internet: 'fast', lines: 1 }, DSL_PHONE), {
      planCode: 'fiber-basic',
      planName: 'Fiber Basic',
      priceMinor: 7375n,
      interval: 'month',
      promotion: null,
      reasons: [
        'It has the internet access you asked for: fiber internet.',
        'You have one phone line, as you asked.',
        'It covers all that you use now.',
      ],
      losses: [],
      monthlyDifferenceMinor: 2460n,
      // 15 of 30 days of the cycle are left.
      dueNowMinor: 1230n,
      toBalanceMinor: 0n,
      interruptions: [
        'A technician connects the fiber line. We call to agree on a visit of about two hours.',
        'Internet access is interrupted for up to one hour during the visit; phone service goes on.',
      ],
    });
  });

  it('keep what is left out as it is now, unless the customer wants less or wants to pay less', () => {
    // An unused fiber line, second phone line or add-on is the customer's all the same.
    const idle = factsWith('fiber-two-lines-complete', {});
    assert.deepEqual(recommend({}, idle), []);
    assert.deepEqual(recommend({ billing: 'month' }, idle), []);
    assert.equal(recommendPlans({}, idle, NOW).none?.reason, 'less-than-now');
    assert.ok(recommend({ lowerBill: true }, idle).every(({ losses }) => losses.length > 0));
    assert.equal(recommend({ internet: 'any' }, idle)[0]?.planCode, 'dsl-phone-plus');
  });

  it('have a yearly plan before a monthly one only where it saves more than a twentieth', () => {
    const facts = factsWith('dsl-phone', { data: 120, voice: 100, lines: 1, add_ons: 1 });
    const needs = { internet: 'none', lowerBill: true } as const;
    const yearlyAt = (priceMinor: bigint) =>
      withOffers(facts, ({ planCode }) => (planCode === 'phone-basic-yearly' ? { priceMinor } : {}));
    const first = (facts: RecommendationFacts, more: CustomerNeeds = {}) =>
      recommend({ ...needs, ...more }, facts)[0]?.planCode;
    // 12 × $20.00 is $240.00; with a twentieth more $228.57 is $240.00 and $228.58 is $240.01.
    assert.equal(first(yearlyAt(22_858n)), 'phone-basic');
    assert.equal(first(yearlyAt(22_856n)), 'phone-basic-yearly');
    assert.equal(first(yearlyAt(23_880n), { billing: 'year' }), 'phone-basic-yearly');
  });

  it('answer no need for internet or a phone line by plans without, where any fits', () => {
    // An overuse of calls sells no internet either.
    const overCalls = factsWith('fiber-basic', { voice: 700, lines: 1 });
    assert.deepEqual(codesOf(recommend({ internet: 'none' }, overCalls)), ['phone-two-lines', 'phone-basic']);
    assert.deepEqual(recommend({ internet: 'none' }, factsWith('phone-two-lines', { voice: 1200 })), []);
    // Nothing is sold anew that is not needed, whatever else is asked for.
    const calls = { internet: 'none', moreCalls: true } as const;
    assert.deepEqual(recommend(calls, factsWith('phone-two-lines', { lines: 2 })), []);
    // Two lines and more than 1,000 minutes are in no plan without internet: the cheapest that fits, and why.
    const fits = recommend(calls, factsWith('dsl-phone-plus', { voice: 100, lines: 2 }));
    assert.ok(fits.length > 0);
    for (const { reasons } of fits)
      assert.match(reasons[0] ?? '', /^It includes (DSL|fiber) internet, which you do not need/);
    const lines = recommend({ lines: 0, internet: 'any' }, DSL_PHONE);
    assert.deepEqual(codesOf(lines), ['dsl-internet']);
  });

  it('say why there are none', () => {
    const why = (needs: CustomerNeeds, facts = DSL_PHONE) => recommendPlans(needs, facts, NOW).none;
    assert.equal(why({ internet: 'fast' }), null);
    assert.deepEqual(why({}, factsWith('phone-basic', { lines: 1 })), {
      reason: 'present-plan-best',
      explanation: 'No plan does better than the present one.',
    });
    assert.deepEqual(why({ internet: 'fast', maxMonthlyMinor: 6000n }), {
      reason: 'needs-not-met',
      explanation:
        'No plan on sale meets everything that was asked for. There are plans without the internet access asked for or the limit of $60.00 a month.',
    });
    assert.equal(
      why({ internet: 'fast', maxMonthlyMinor: 1000n, billing: 'year', addOns: ADD_ONS })?.explanation,
      'No plan on sale meets everything that was asked for.',
    );
    assert.equal(why({ moreData: true }, factsWith('fiber-complete'))?.reason, 'present-plan-best');
    assert.equal(why({}, { ...DSL_PHONE, offers: [] })?.reason, 'nothing-to-order');
  });

  it('end an overuse by the least dear plan that covers it', () => {
    const item = only({}, factsWith('dsl-phone', { data: 312, voice: 100, lines: 1, add_ons: 1 }));
    assert.equal(item.planCode, 'dsl-phone-plus');
    assert.equal(
      item.reasons[0],
      'You have used 312 GB of data so far and your plan includes 300 GB: this one has 500 GB of data a month.',
    );
  });

  it('never trade what was stated against anything', () => {
    const addOns = ['tv_streaming', 'film_streaming', 'online_security', 'tech_support'] as const;
    const items = recommend({ addOns, lines: 2 }, FIBER_PLUS);
    assert.deepEqual(codesOf(items), ['fiber-two-lines-complete']);
    assert.deepEqual(codesOf(recommend({ addOns, lines: 2, internet: 'any' }, FIBER_PLUS)), [
      'dsl-phone-complete',
      'fiber-two-lines-complete',
    ]);
    assert.deepEqual(recommend({ addOns, lines: 2, internet: 'fast', lowerBill: true }, FIBER_PLUS), []);
    const [slower] = recommend({ addOns, lines: 2, internet: 'any' }, FIBER_PLUS);
    assert.deepEqual(slower?.reasons, [
      'You keep internet access as you asked: DSL internet.',
      'It has two phone lines, as you asked.',
      'It has room for what you asked to add: TV streaming, film streaming, online security and tech support.',
      'It costs $14.55 less a month than you pay now.',
      'The price includes the promotion DSL-5 ($5.00 off DSL and Phone Complete); without it the plan costs $79.60 a month.',
      'It covers all that you use now.',
    ]);
    // That some internet access will do does not make the loss of speed and data unsaid.
    assert.deepEqual(slower.losses, [
      'You would have DSL internet instead of fiber internet, which is slower.',
      'You would have 1,000 GB of data a month instead of 2,000 GB; you have used 900 GB so far.',
    ]);
  });

  it('recommend less than is used only to customers who want to pay less, and say so', () => {
    assert.deepEqual(codesOf(recommend({ internet: 'any' }, DSL_COMPLETE)), []);
    const cheaper = recommend({ lowerBill: true }, DSL_COMPLETE);
    assert.deepEqual(codesOf(cheaper), ['dsl-phone-plus', 'fiber-basic', 'dsl-phone']);
    assert.ok(
      cheaper[0]?.losses.includes('You would have up to three add-ons instead of six; you use five.'),
    );
    assert.ok(
      cheaper[1]?.losses.includes(
        'You would have 500 minutes of calls a month instead of no limit; you have used 700 minutes so far.',
      ),
    );
    for (const { monthlyDifferenceMinor } of cheaper) assert.ok(monthlyDifferenceMinor < 0n);
  });

  it('take no service away that is in use, unless the customer says it is not needed', () => {
    const technologies = (needs: CustomerNeeds) =>
      recommend(needs, DSL_PHONE).map(({ planCode }) => planCode.split('-')[0]);
    assert.deepEqual(technologies({ maxMonthlyMinor: 3000n }), []);
    assert.deepEqual(codesOf(recommend({ internet: 'none' }, DSL_PHONE)), ['phone-basic', 'phone-two-lines']);
    assert.deepEqual(codesOf(recommend({ lines: 0 }, DSL_PHONE)), ['dsl-internet']);
    const [item] = recommend({ internet: 'none', billing: 'month' }, DSL_PHONE);
    assert.equal(item?.reasons[0], 'You do not pay for internet access, which you do not need.');
    // Doing without is what was asked for; all of what goes with it is named all the same.
    assert.deepEqual(item.losses, [
      'You would have no internet access instead of DSL internet.',
      'You would have no data instead of 300 GB of data a month; you have used 120 GB so far.',
      'You would have 200 text messages a month instead of 500 messages.',
      'You would have no add-ons instead of one add-on; you use one.',
    ]);
    assert.deepEqual(item.interruptions, [
      'Internet access ends when the new plan starts. Return the modem within 30 days.',
    ]);
  });

  it('tell the loss of a service that is there and not in use', () => {
    const unused = factsWith('dsl-phone', { data: 0, lines: 1, add_ons: 0, voice: 10 });
    const item = recommend({ lowerBill: true, billing: 'month' }, unused)[0]!;
    assert.equal(item.planCode, 'phone-basic');
    assert.ok(item.losses.includes('You would have no add-ons instead of one add-on.'));
  });

  it('keep within the most that the customer wants to pay, to the cent', () => {
    const needs = { internet: 'fast' } as const;
    assert.deepEqual(recommend({ ...needs, maxMonthlyMinor: 7374n }, DSL_PHONE), []);
    const item = only({ ...needs, maxMonthlyMinor: 7375n }, DSL_PHONE);
    assert.ok(item.reasons.includes('At $73.75 a month it stays within the $73.75 you named.'));
  });

  it('count a yearly price by the month, and a year in advance as a loss', () => {
    const facts = factsWith('fiber-two-lines-complete', { data: 900, voice: 100, lines: 2, add_ons: 3 });
    const yearly = recommend({ billing: 'year', lowerBill: true }, facts)[0]!;
    assert.equal(yearly.planCode, 'fiber-two-lines-plus-yearly');
    assert.equal(yearly.monthlyDifferenceMinor, 9435n - 10_670n);
    assert.ok(yearly.reasons.includes('You are billed once a year, as you asked.'));
    assert.ok(
      yearly.reasons.includes('It costs $12.35 less a month than you pay now. It comes to $94.35 a month.'),
    );
    assert.ok(!yearly.losses.some((sentence) => /in advance/.test(sentence)));
    const either = recommend({ lowerBill: true }, facts).find(({ interval }) => interval === 'year')!;
    assert.ok(either.losses.includes('You would pay for a whole year in advance: $1,132.20.'));
  });

  it('find a saving of less than a twentieth no reason by itself, unless it is asked for', () => {
    assert.deepEqual(codesOf(recommend({}, factsWith('phone-basic', { lines: 1 }))), []);
    const saving = recommend({ lowerBill: true }, factsWith('phone-basic', { lines: 1 }));
    assert.deepEqual(codesOf(saving), ['phone-basic-yearly']);
    assert.equal(saving[0]?.monthlyDifferenceMinor, -10n);
  });

  it('offer more data and calls from the next step up to no limit', () => {
    assert.deepEqual(codesOf(recommend({ moreData: true, internet: 'fast' }, FIBER_LINES)), [
      'fiber-two-lines-complete',
    ]);
    const item = recommend({ moreData: true, moreCalls: true }, DSL_PHONE)[0]!;
    assert.equal(item.planCode, 'dsl-phone-plus');
    assert.deepEqual(item.reasons.slice(0, 2), [
      'It has more, as you asked: 500 GB of data a month instead of 300 GB.',
      'It has more, as you asked: 1,000 minutes of calls a month instead of 500 minutes.',
    ]);
    const unlimited = factsWith('fiber-two-lines-complete', { lines: 2 });
    assert.deepEqual(recommend({ moreData: true }, unlimited), []);
  });

  it('take the promotion with the lowest price that runs today in the customer’s zone', () => {
    const needs = { internet: 'fast', addOns: ['tv_streaming', 'film_streaming'] } as const;
    const reduced = only(needs, DSL_PHONE);
    assert.deepEqual([reduced.planCode, reduced.priceMinor], ['fiber-plus', 8024n]);
    assert.equal(reduced.promotion?.promotionCode, 'FIBER-10');
    const [promotion] = OFFERS.find(({ planCode }) => planCode === 'fiber-plus')!.promotions;
    const promoted = (...changes: Partial<typeof promotion>[]) =>
      only(
        needs,
        withOffers(DSL_PHONE, ({ planCode }) =>
          planCode === 'fiber-plus'
            ? { promotions: changes.map((change) => ({ ...promotion!, ...change })) }
            : {},
        ),
      );
    // 15:04Z is still the 24th in Chicago; the first date on which it no longer runs is the 25th.
    assert.equal(promoted({ validUntil: '2026-11-25' }).priceMinor, 8024n);
    for (const change of [{ validUntil: '2026-11-24' }, { validFrom: '2026-11-25' }, { withdrawn: true }]) {
      assert.deepEqual([promoted(change).priceMinor, promoted(change).promotion], [8915n, null]);
    }
    const off = (promotionCode: string, percentOff: number) => ({ promotionCode, percentOff });
    assert.equal(promoted(off('B', 20), off('C', 10)).promotion?.promotionCode, 'B');
    assert.equal(promoted(off('B', 20), off('A', 20)).promotion?.promotionCode, 'A');
  });

  it('warn that a price of one’s own and a plan no longer sold are gone for good', () => {
    const own = factsWith('dsl-phone', { data: 120, lines: 1 }, { priceMinor: 4500n });
    assert.deepEqual(only({ internet: 'fast' }, own).losses, [
      'You would give up your present price: you pay $45.00 a month for DSL and Phone, which costs $49.15 today.',
    ]);
    const retired = factsWith('dsl-two-lines', { data: 120, lines: 2 }, { startDate: '2023-01-09' });
    assert.deepEqual(only({ internet: 'fast' }, retired).losses, [
      'You could not go back: DSL and Two Lines is no longer sold.',
    ]);
  });

  it('are priced by the function that quotes', () => {
    const facts = factsWith('fiber-plus', { data: 20, lines: 1 }, { timeZone: 'Pacific/Auckland' });
    for (const item of recommend({ lowerBill: true }, facts)) {
      const offered = OFFERS.find(({ planCode }) => planCode === item.planCode)!;
      const terms = termsOf(
        {
          planChangeId: '01938a5e-0000-7000-8000-000000000001',
          quoteRevision: 3,
          promotionCode: item.promotion?.promotionCode ?? null,
          activation: { when: 'immediately' },
          now: NOW,
          furthestDateDays: 400,
        },
        { ...facts.account, offered, promotion: item.promotion },
      );
      assert.ok(typeof terms === 'object');
      assert.deepEqual(
        [item.dueNowMinor, item.toBalanceMinor, item.priceMinor],
        [terms.quote.dueNowMinor, terms.quote.toBalanceMinor, terms.to.priceMinor],
      );
      assert.equal(terms.effectiveDate, '2026-11-25');
    }
  });

  it('are none for an account that may not change its plan', () => {
    const { account } = DSL_PHONE;
    for (const accountStatus of ['suspended', 'closed'] as const) {
      const facts = { ...DSL_PHONE, account: { ...account, accountStatus } };
      assert.deepEqual(recommend({ internet: 'fast' }, facts), []);
    }
    const elsewhere = { ...DSL_PHONE, account: { ...account, currency: 'EUR' } };
    assert.deepEqual(recommend({ internet: 'fast' }, elsewhere), []);
  });

  it('leave out plans that start later or are sold no longer', () => {
    const sold = (window: Partial<PlanOffer>) =>
      codesOf(
        recommend(
          { internet: 'fast' },
          withOffers(DSL_PHONE, ({ planCode }) => (planCode === 'fiber-basic' ? window : {})),
        ),
      );
    assert.deepEqual(sold({ availableFrom: '2026-11-24', availableUntil: '2026-11-25' }), ['fiber-basic']);
    for (const window of [{ availableFrom: '2026-11-25' }, { availableUntil: '2026-11-24' }])
      assert.deepEqual(sold(window), ['fiber-two-lines']);
  });

  it('prefer the first by code where two plans are the same in price and use', () => {
    const twin = OFFERS.find(({ planCode }) => planCode === 'fiber-basic')!;
    for (const planCode of ['fiber-a', 'fiber-z']) {
      const offers = [{ ...twin, planCode }, ...OFFERS];
      const expected = planCode < twin.planCode ? planCode : twin.planCode;
      assert.deepEqual(codesOf(recommend({ internet: 'fast' }, { ...DSL_PHONE, offers })), [expected]);
      assert.deepEqual(
        codesOf(recommend({ internet: 'fast' }, { ...DSL_PHONE, offers: offers.toReversed() })),
        [expected],
      );
    }
  });

  it('understand a catalogue that counts neither lines nor add-ons', () => {
    const plain = withOffers(DSL_PHONE, ({ allowances: { data, voice, texts } }) => ({
      allowances: { data, voice, texts },
    }));
    const [{ data, voice, texts }] = [DSL_PHONE.allowances];
    const facts = { ...plain, allowances: { data, voice, texts } };
    assert.deepEqual(codesOf(recommend({ internet: 'fast', lines: 1 }, facts)), ['fiber-basic']);
    assert.deepEqual(recommend({ internet: 'fast', lines: 2 }, facts), []);
  });
});
