import assert from 'node:assert/strict';
import { finderOf, textsOf } from '../../dev/audit/personal-data.ts';

const finder = finderOf([
  { kind: 'name', customer_id: 'c1', plan_change_id: null, text: "Zoë O'Brien" },
  { kind: 'email address', customer_id: 'c1', plan_change_id: null, text: 'zoe.obrien@example.com' },
  { kind: 'account number', customer_id: 'c1', plan_change_id: null, text: '7590-VHVEG' },
  { kind: 'account number', customer_id: 'c1', plan_change_id: null, text: '7590VHVEG' },
  { kind: 'name', customer_id: 'c2', plan_change_id: null, text: 'May' },
]);

function kindsIn(content: unknown): string[] {
  return finder.find(textsOf(content)).map(({ kind }) => kind);
}

function payload(json: string): object {
  return { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(json) };
}

describe('looking for personal data', () => {
  it('finds it in plain members, keys and nested payloads', () => {
    assert.deepEqual(kindsIn({ message: 'for zoe.obrien@example.com:' }), ['email address']);
    assert.deepEqual(kindsIn({ fields: { '7590-vhveg': 1 } }), ['account number']);
    assert.deepEqual(kindsIn([{ input: { payloads: [payload('{"who":["7590VHVEG"]}')] } }]), [
      'account number',
    ]);
  });

  it('finds it whatever stands between the words, in either case, with or without accents', () => {
    for (const text of ['ZOË O’BRIEN', 'zoe-o-brien', 'Dear Zoe O Brien,', 'x/zoë_o.brien/y']) {
      assert.deepEqual(kindsIn(text), ['name'], text);
    }
  });

  it('finds it behind escapes of JSON', () => {
    assert.deepEqual(kindsIn(payload(String.raw`{"n":"Zo\u00eb O'Brien"}`)), ['name']);
    assert.deepEqual(kindsIn(payload(String.raw`{"n":"{\"n\":\"Zoë O'Brien\"}"}`)), ['name']);
  });

  it('finds nothing in parts of it, in ids and in hashes', () => {
    const id = '7590ac1e-0000-7000-8000-000000000000';
    for (const text of [
      'Zoë',
      'O Brien',
      'example.com',
      '7590',
      'VHVEG',
      id,
      'may be held',
      '7590 12 VHVEG',
    ]) {
      assert.deepEqual(kindsIn(text), [], text);
    }
  });

  it('counts what is too short to be looked for', () => {
    assert.equal(finder.size, 4);
    assert.equal(finder.tooShort, 1);
  });
});
