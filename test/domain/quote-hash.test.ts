import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { hashQuote, type QuoteHashInput } from '../../domain/quote-hash.ts';

const period = { start: '2026-11-16', end: '2026-12-01', days: 15, ofDays: 30 };
const sample: QuoteHashInput = {
  planChangeId: 'c0ffee00-0000-5000-8000-000000000001',
  quoteRevision: 1,
  planCode: 'fibre-plus',
  planVersion: 3,
  promotionCode: null,
  effectiveDate: '2026-11-16',
  termsSha256: 'ab'.repeat(32),
  currency: 'EUR',
  lines: [
    { kind: 'credit', description: 'Credit for unused time on Basic', ...period, amountMinor: -1500n },
    {
      kind: 'charge',
      description: 'Charge for remaining time on Größe “M” 🚀',
      ...period,
      amountMinor: 2500n,
    },
    { kind: 'fee', description: 'Plan change fee', ...period, days: 0, ofDays: 0, amountMinor: 0n },
  ],
  netMinor: 1000n,
};

/** What an auditor would do with the stored quote: RFC 8785 by hand (these values need no number rules). */
function canonicalByHand(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalByHand).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalByHand(member)}`).join(',')}}`;
}

describe('quote hash', () => {
  it('is recomputed from the documented members with another SHA-256', () => {
    const amounts = ['-15.00', '25.00', '0.00'];
    const byHand = canonicalByHand({
      planChangeId: sample.planChangeId,
      quoteRevision: sample.quoteRevision,
      planVersion: { planCode: 'fibre-plus', version: 3 },
      promotion: null,
      effectiveDate: '2026-11-16',
      termsSha256: sample.termsSha256,
      lines: sample.lines.map(({ kind, description, start, end, days, ofDays }, i) => {
        return {
          kind,
          description,
          start,
          end,
          days,
          ofDays,
          amount: { amount: amounts[i], currency: 'EUR' },
        };
      }),
      net: { amount: '10.00', currency: 'EUR' },
    });
    const { canonicalJson, hash } = hashQuote(sample);
    assert.equal(canonicalJson, byHand);
    assert.equal(hash, createHash('sha256').update(byHand, 'utf8').digest('hex'));
  });

  it('stays what it was: stored approvals name it', () => {
    assert.equal(hashQuote(sample).hash, 'c57b774da417a5bcfc93a71f4cd33440795ca96a302b082d84c6c4f9c00b0718');
  });

  const changes: [string, Partial<QuoteHashInput>][] = [
    ['the change', { planChangeId: 'c0ffee00-0000-5000-8000-000000000002' }],
    ['the revision', { quoteRevision: 2 }],
    ['the plan', { planCode: 'fibre-max' }],
    ['the plan version', { planVersion: 4 }],
    ['the promotion', { promotionCode: 'AUTUMN' }],
    ['the effective date', { effectiveDate: '2026-11-17' }],
    ['the terms', { termsSha256: 'cd'.repeat(32) }],
    ['the currency', { currency: 'USD' }],
    ['the net', { netMinor: 1001n }],
    [
      'a line’s amount',
      { lines: sample.lines.map((line) => ({ ...line, amountMinor: line.amountMinor + 1n })) },
    ],
    ['a line’s words', { lines: sample.lines.map((line) => ({ ...line, description: 'Other' })) }],
    ['a line’s days', { lines: sample.lines.map((line) => ({ ...line, days: 14 })) }],
    ['the order of the lines', { lines: sample.lines.toReversed() }],
  ];
  for (const [what, change] of changes) {
    it(`changes with ${what}`, () => {
      assert.notEqual(hashQuote({ ...sample, ...change }).hash, hashQuote(sample).hash);
    });
  }
});
