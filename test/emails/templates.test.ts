import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RenderedMail } from '../../activities/ports.ts';
import type { AppliedChange } from '../../domain/read-back.ts';
import { createTemplates } from '../../emails/templates.ts';
import { appliedChange, type Scene } from './applied-change.ts';
import { COMPANY, HOSTILE } from './company.ts';
import { assertGolden } from './golden-file.ts';

const SCENES: Readonly<Record<string, Scene>> = {
  upgrade: {},
  'downgrade-to-balance': {
    from: { planCode: 'fiber-plus', planName: 'Fiber Plus', priceMinor: 5000n },
    to: { planCode: 'dsl-phone', planName: 'DSL and Phone', priceMinor: 2700n },
    promotionCode: 'DSL-10',
    features: ['DSL internet', 'One phone line'],
    interruptions: [
      'A technician connects the DSL line. We call to agree on a visit of about two hours.',
      'Internet access is interrupted for up to one hour during the visit; phone service goes on.',
    ],
    consentMethod: 'written',
  },
  'dated-month-to-year': {
    when: 'on_date',
    effectiveDate: '2027-01-15',
    timeZone: 'Pacific/Auckland',
    anchorDate: '2024-01-31',
    to: { planName: 'Fiber Two Lines Plus Yearly', priceMinor: 113_220n, interval: 'year' },
    features: ['Fiber internet', 'Two phone lines', 'Billed once a year'],
  },
  'end-of-cycle': { when: 'end_of_cycle', effectiveDate: '2026-12-01', balanceMinor: 700n },
  'yen-without-decimals': {
    currency: 'JPY',
    timeZone: 'Asia/Tokyo',
    anchorDate: '2026-02-28',
    effectiveDate: '2026-03-11',
    fullName: '佐藤 花子',
    from: { planName: '光ベーシック', priceMinor: 4_980n },
    to: { planName: '光プラス', priceMinor: 6_580n },
    features: ['光インターネット'],
  },
  'hostile-names': {
    fullName: HOSTILE,
    from: { planName: `Old ${HOSTILE}` },
    to: { planName: `New ${HOSTILE}` },
    features: [HOSTILE, 'منزل'],
    interruptions: [HOSTILE],
  },
};

describe('summary email', () => {
  const templates = createTemplates(COMPANY);
  const summary = (applied: AppliedChange): RenderedMail => templates.summary(applied);

  for (const [name, scene] of Object.entries(SCENES)) {
    it(`is word for word as agreed as text: ${name}`, () => {
      const { subject, text } = summary(appliedChange(scene));
      assertGolden(`${name}.txt`, `Subject: ${subject}\n\n${text}`);
    });
    it(`is word for word as agreed as HTML: ${name}`, () => {
      assertGolden(`${name}.html`, summary(appliedChange(scene)).html);
    });
  }

  it('says every figure in both forms', () => {
    const figures = ['$50.00 a month', '$30.00 a month', '-$15.00', '$25.00', '15 of 30 days', '$10.00'];
    const words = ['Plan change fee', '$0.00', 'Tuesday, 1 December 2026', 'before tax', '2025-02'];
    const { text, html } = summary(appliedChange());
    for (const part of [...figures, ...words]) {
      assert.ok(text.includes(part), part);
      assert.ok(html.includes(part), part);
    }
  });

  it('gives away neither address nor account number, and no id but the reference', () => {
    const applied = appliedChange();
    const { subject, text, html } = summary(applied);
    const all = subject + text + html;
    for (const secret of [applied.customer.email, applied.customer.accountNumber, applied.agreed.quoteHash]) {
      assert.ok(!all.includes(secret), secret);
    }
    for (const code of [applied.from.planCode, applied.agreed.planCode]) assert.ok(!all.includes(code), code);
    for (const part of [text, html]) assert.equal(part.split(applied.planChangeId).length, 2);
  });

  it('loads nothing from anywhere and links only to the company', () => {
    const { html } = summary(appliedChange(SCENES['hostile-names']));
    assert.doesNotMatch(
      html,
      /<(script|img|link|style|iframe|object|embed|form|base)\b|url\(|\bon\w+=|src=/i,
    );
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link);
    assert.deepEqual(links, [
      'https://quickconnect.example/v1/terms/2025-02',
      'tel:+18005550100',
      'mailto:service@quickconnect.example',
    ]);
  });

  it('keeps names of any kind inside their own line and element', () => {
    const tags = (html: string): string => html.replaceAll(/>[^<]*</g, '><').replaceAll(/"[^"]*"/g, '""');
    const plain = summary(appliedChange({ fullName: 'A', to: { planName: 'B' } }));
    const lineCount = (text: string): number => text.split('\n').length;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (name) => {
        const mail = summary(appliedChange({ fullName: name, to: { planName: name } }));
        assert.doesNotMatch(mail.subject, /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        assert.equal(tags(mail.html), tags(plain.html));
        assert.equal(lineCount(mail.text), lineCount(plain.text));
      }),
      { numRuns: 300 },
    );
  });

  it('bounds the subject and wraps the text', () => {
    const planName = 'Fiber for everyone '.repeat(30);
    const mail = summary(appliedChange({ to: { planName }, features: [planName], ...SCENES.upgrade }));
    assert.ok(Array.from(mail.subject).length <= 120);
    const long = mail.text.split('\n').filter((line) => line.length > 72);
    assert.deepEqual(long, []);
  });

  it('refuses an account without a plan', () => {
    assert.throws(() => summary({ ...appliedChange(), current: null }), /nothing to summarise/);
  });
});
