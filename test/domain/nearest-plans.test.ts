import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nearestPlans, type ComparablePlan } from '../../domain/nearest-plans.ts';
import { OFFERS } from './recommendation-facts.ts';

const plan = (
  planCode: string,
  priceMinor: bigint,
  technology: ComparablePlan['technology'] = 'dsl',
  interval: ComparablePlan['interval'] = 'month',
): ComparablePlan => ({ planCode, technology, priceMinor, interval, allowances: {} });
const codes = (plans: readonly ComparablePlan[]): string[] => plans.map(({ planCode }) => planCode);

describe('nearest plans', () => {
  it('to the retired plan of the catalogue are those with two lines, over DSL first', () => {
    const retired = OFFERS.find(({ planCode }) => planCode === 'dsl-two-lines')!;
    assert.deepEqual(codes(nearestPlans(retired, OFFERS)), [
      'dsl-phone-plus',
      'dsl-phone-complete',
      'fiber-two-lines',
    ]);
  });

  const wanted = plan('wanted', 5000n);
  const cases: [string, ComparablePlan[], string[]][] = [
    ['none where nothing can be ordered', [], []],
    ['never the wanted one', [wanted, plan('a', 9000n)], ['a']],
    [
      'those of the same line, however far their price',
      [plan('near', 5001n, 'fiber'), plan('far', 99n)],
      ['far', 'near'],
    ],
    [
      'the nearer price, above or below',
      [plan('a', 5200n), plan('b', 4900n), plan('c', 5050n)],
      ['c', 'b', 'a'],
    ],
    [
      'the first code at one distance',
      [plan('b', 4900n), plan('c', 5100n), plan('a', 5100n)],
      ['a', 'b', 'c'],
    ],
    ['three at most', [1n, 2n, 3n, 4n].map((n) => plan(`p${n}`, n)), ['p4', 'p3', 'p2']],
    [
      'those billed as often, then by what they cost over a year',
      [plan('year', 60_012n, 'dsl', 'year'), plan('dear', 9000n), plan('cheap', 4000n)],
      ['cheap', 'dear', 'year'],
    ],
  ];
  for (const [what, available, expected] of cases) {
    it(`are ${what}`, () => {
      assert.deepEqual(codes(nearestPlans(wanted, available)), expected);
    });
  }

  it('do not depend on the order in which the plans come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...OFFERS], { minLength: OFFERS.length }), (shuffled) => {
        assert.deepEqual(nearestPlans(OFFERS[5]!, shuffled), nearestPlans(OFFERS[5]!, OFFERS));
      }),
    );
  });
});
