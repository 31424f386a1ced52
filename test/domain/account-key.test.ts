import assert from 'node:assert/strict';
import fc from 'fast-check';
import { accountKey, identityKey } from '../../domain/account-key.ts';

describe('accountKey', () => {
  const table: [string, string][] = [
    ['7590-VHVEG', '7590VHVEG'],
    ['7590 vhveg', '7590VHVEG'],
    ['  7590–VHVEG.\n', '7590VHVEG'],
    ['７５９０-VHVEG', '7590VHVEG'],
    ['é1', 'E1'],
    ['', ''],
    ['—;--', ''],
    ["'; DROP TABLE customers", 'DROPTABLECUSTOMERS'],
  ];
  for (const [given, key] of table) {
    it(`${JSON.stringify(given)} is looked up as ${JSON.stringify(key)}`, () => {
      assert.equal(accountKey(given), key);
    });
  }

  it('is always what the column account_key takes, and its own key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const key = accountKey(text);
        assert.match(key, /^[0-9A-Z]*$/);
        assert.equal(accountKey(key), key);
      }),
    );
  });
});

describe('identityKey', () => {
  const same: [string, string][] = [
    ["Séan O'Brien", 'SEAN O’BRIEN'],
    ["O'Brien", 'o brien'],
    ['Mary-Ann Núñez', 'mary ann nunez'],
    ['J.R. Smith', 'JR Smith'],
    ['J. R. Smith', 'JR Smith'],
    ['Søren Weiß', 'Soren Weiss'],
    ['Łukasz Ångström', 'lukasz angstrom'],
    ['Jose\u0301', 'José'],
    ['12 North Main Street, Apartment 4B, Springfield, IL 62704', '12 n main st apt 4b springfield il 62704'],
    ['12 N. Main St. #4B, Springfield IL 62704', '12 N Main Street Apt 4-B, Springfield, IL, 62704'],
    ['12 N Main St Apt. # 4B', '12 N Main St Apt 4B'],
    ['900 Oak Boulevard Suite #200', '900 Oak Blvd., Ste 200'],
    ['900 Oak Boulevard No. 7', '900 Oak Blvd #7'],
    ['1 Saint James Street', '1 St. James St'],
    ['4 Rue Sault Sainte Marie', '4 rue Sault Ste. Marie'],
    ['77 Fifth Avenue', '77 5th Ave'],
    ['8 North East Ridge Road', '8 NE Rdg Rd'],
    ['8 N.E. Ridge Road', '8 Northeast Ridge Rd'],
    ['P.O. Box 12', 'PO Box 12'],
    ['3 Mount Doctor Lane', '3 Mt Dr Ln'],
    ['Calle Cañón 5', 'CALLE CANON 5'],
    ['9 Smith & Sons Court', '9 Smith and Sons Ct'],
    [' 12\tMain\r\nSt ', '12 Main St'],
  ];
  for (const [left, right] of same) {
    it(`${JSON.stringify(left)} is ${JSON.stringify(right)}`, () => {
      assert.equal(identityKey(left), identityKey(right));
    });
  }

  const different: [string, string][] = [
    ['12 3rd St', '1 23rd St'],
    ['12 Main St Apt 34', '123 Main St Apt 4'],
    ['12 Main St', '12 Main Ave'],
    ['12 N Main St', '12 S Main St'],
    ['12 Main St Apt 4', '12 Main St'],
    ['12 Main St Apt 4', '12 Main St Ste 4'],
    ['Ann Lee', 'Anne Lee'],
    ['Zoë', 'Zöe Lee'],
    ['王小明', '王小'],
    ['12 Main St, IL 62704', '12 Main St, IL 62705'],
  ];
  for (const [left, right] of different) {
    it(`${JSON.stringify(left)} is not ${JSON.stringify(right)}`, () => {
      assert.notEqual(identityKey(left), identityKey(right));
    });
  }

  for (const nothing of ['', '   ', '---', '\u0301', '🙂']) {
    it(`${JSON.stringify(nothing)} says nothing`, () => {
      assert.equal(identityKey(nothing), '');
    });
  }

  const word = fc.stringMatching(/^[A-Za-zÀ-ÖØ-öø-ÿ]{1,12}$/);
  const number = fc.integer({ min: 0, max: 99_999 }).map(String);
  const words = fc.array(fc.oneof(word, number), { minLength: 1, maxLength: 8 });

  it('forgives case, accent encoding and what stands between words', () => {
    const gap = fc.constantFrom(' ', '  ', ', ', ' - ', '. ', '\n', ' / ');
    fc.assert(
      fc.property(words, gap, (list, between) => {
        const key = identityKey(list.join(' '));
        assert.equal(identityKey(list.join(between)), key);
        assert.equal(identityKey(list.join(' ').toUpperCase()), key);
        assert.equal(identityKey(list.join(' ').toLowerCase()), key);
        assert.equal(identityKey(list.join(' ').normalize('NFD')), key);
      }),
    );
  });

  it('never takes one list of numbers for another', () => {
    const numbers = fc.array(number, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(numbers, numbers, (left, right) => {
        const equal = identityKey(left.join(' ')) === identityKey(right.join(', '));
        assert.equal(equal, left.join(' ') === right.join(' '));
      }),
    );
  });

  it('stays fast on text made to be slow', () => {
    const started = performance.now();
    for (const piece of ['a.', '#', "'", 'é', ' apt', '1 ', '\u0301']) identityKey(piece.repeat(16_000));
    assert.ok(performance.now() - started < 2_000);
  });
});
