import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DomainError, type DomainErrorCode } from '../../domain/domain-error.ts';
import {
  currencyExponent,
  divideHalfAwayFromZero,
  formatDecimal,
  formatMoneyForPeople,
  parseDecimal,
  toMoneyJson,
} from '../../domain/money.ts';

const hasCode = (code: DomainErrorCode) => (error: unknown) =>
  error instanceof DomainError && error.code === code;

describe('currencies', () => {
  const exponents: [string, number][] = [
    ...['JPY', 'KRW', 'CLP', 'ISK', 'UGX', 'VND', 'XAF', 'XOF', 'XPF', 'UYI'].map((c): [string, number] => [
      c,
      0,
    ]),
    ...['USD', 'EUR', 'GBP', 'CHF', 'HUF', 'IDR', 'COP', 'MGA', 'MRU', 'ZWG'].map((c): [string, number] => [
      c,
      2,
    ]),
    ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((c): [string, number] => [c, 3]),
  ];
  for (const [code, exponent] of exponents) {
    it(`${code} has ${exponent} decimals`, () => {
      assert.equal(currencyExponent(code), exponent);
    });
  }
  for (const code of [
    '',
    'usd',
    'US',
    'USDX',
    'ZZZ',
    'XXX',
    'XAU',
    'CLF',
    'UYW',
    'HRK',
    'constructor',
    '__proto__',
  ]) {
    it(`refuses ${JSON.stringify(code)}`, () => {
      assert.throws(() => currencyExponent(code), hasCode('UNKNOWN_CURRENCY'));
    });
  }
});

describe('decimals', () => {
  const read: [string, string, bigint][] = [
    ['12', 'USD', 1200n],
    ['12.3', 'USD', 1230n],
    ['12.34', 'USD', 1234n],
    ['0', 'USD', 0n],
    ['0.005', 'KWD', 5n],
    ['1234', 'JPY', 1234n],
    ['90071992547409930.01', 'USD', 9007199254740993001n],
  ];
  for (const [text, currency, minor] of read) {
    it(`reads ${text} ${currency} as ${minor}`, () => {
      assert.equal(parseDecimal(text, currency), minor);
    });
  }

  const bad = [
    '',
    ' ',
    '-1',
    '+1',
    '1e2',
    '1E2',
    '1.',
    '.5',
    '1.234',
    ' 1',
    '1 ',
    '1\n',
    '1,00',
    '1_0',
    '0x1',
  ];
  for (const text of [...bad, 'NaN', 'Infinity', '1.2.3', '１', '12n', '1'.repeat(99) + 'x']) {
    it(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
      assert.throws(() => parseDecimal(text, 'USD'), hasCode('BAD_AMOUNT'));
    });
  }
  it('refuses decimals that the currency does not have', () => {
    assert.throws(() => parseDecimal('1.0', 'JPY'), hasCode('BAD_AMOUNT'));
    assert.throws(() => parseDecimal('1.2345', 'KWD'), hasCode('BAD_AMOUNT'));
  });

  const written: [bigint, string, string, string][] = [
    [-1500n, 'USD', '-15.00', '-$15.00'],
    [1000n, 'USD', '10.00', '$10.00'],
    [-0n, 'USD', '0.00', '$0.00'],
    [-5n, 'USD', '-0.05', '-$0.05'],
    [1234n, 'JPY', '1234', '¥1,234'],
    [0n, 'KWD', '0.000', 'KWD 0.000'],
    [123456789012345678901n, 'EUR', '1234567890123456789.01', '€1,234,567,890,123,456,789.01'],
    [150000n, 'UGX', '150000', 'UGX 150,000'],
  ];
  for (const [minor, currency, decimal, forPeople] of written) {
    it(`writes ${minor} ${currency} as ${decimal} and ${forPeople}`, () => {
      assert.equal(formatDecimal(minor, currency), decimal);
      assert.deepEqual(toMoneyJson(minor, currency), { amount: decimal, currency });
      assert.equal(formatMoneyForPeople(minor, currency), forPeople);
    });
  }

  it('round-trips in currencies of 0, 2 and 3 decimals', () => {
    const currency = fc.constantFrom('JPY', 'USD', 'KWD');
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 30n), currency, (minor, code) => {
        const text = formatDecimal(minor, code);
        assert.equal(parseDecimal(text, code), minor);
        assert.equal(text.split('.')[1]?.length ?? 0, currencyExponent(code));
        assert.equal(formatDecimal(-minor, code), minor === 0n ? text : `-${text}`);
      }),
    );
  });
});

describe('the rounding rule', () => {
  const table: [bigint, bigint, bigint][] = [
    [5n, 2n, 3n],
    [-5n, 2n, -3n],
    [5n, -2n, -3n],
    [-5n, -2n, 3n],
    [1n, 2n, 1n],
    [49n, 100n, 0n],
    [-49n, 100n, 0n],
    [149n, 100n, 1n],
    [0n, 7n, 0n],
  ];
  for (const [numerator, denominator, result] of table) {
    it(`${numerator}/${denominator} is ${result}`, () => {
      assert.equal(divideHalfAwayFromZero(numerator, denominator), result);
    });
  }

  it('agrees with a search for the nearest whole number', () => {
    const whole = fc.bigInt(-(10n ** 20n), 10n ** 20n);
    fc.assert(
      fc.property(whole, fc.bigInt(1n, 1000n), (numerator, denominator) => {
        // Independent: of the whole numbers around the truncated one take the nearest, on a tie the larger size.
        const distance = (n: bigint): bigint =>
          (n * denominator > numerator ? 1n : -1n) * (n * denominator - numerator);
        const size = (n: bigint): bigint => (n < 0n ? -n : n);
        const around = [-1n, 0n, 1n].map((step) => numerator / denominator + step);
        const nearest = around.reduce((best, n) => {
          const [a, b] = [distance(n), distance(best)];
          return a < b || (a === b && size(n) > size(best)) ? n : best;
        });
        assert.equal(divideHalfAwayFromZero(numerator, denominator), nearest);
      }),
    );
  });
});
