import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { NoticeKind, RenderedMail } from '../../activities/ports.ts';
import { CONSENT_LINK_PLACEHOLDER } from '../../domain/consent-link.ts';
import { HOLD_REASONS } from '../../domain/plan-change-status.ts';
import { createTemplates } from '../../emails/templates.ts';
import { COMPANY, HOSTILE } from './company.ts';
import { assertGolden } from './golden-file.ts';
import { pendingChange, type PendingScene } from './pending-change.ts';

const DATED: PendingScene = {
  when: 'on_date',
  effectiveDate: '2027-01-15',
  timeZone: 'Pacific/Auckland',
  anchorDate: '2024-01-31',
  to: { planName: 'Fiber Two Lines Plus Yearly', priceMinor: 113_220n, interval: 'year' },
  features: ['Fiber internet', 'Two phone lines', 'Billed once a year'],
  quoteExpiresAt: '2026-11-17T20:15:09.000Z',
  consentDeadlineAt: '2026-11-23T20:15:09.000Z',
};
const DOWNGRADE: PendingScene = {
  from: { planCode: 'fiber-plus', planName: 'Fiber Plus', priceMinor: 5000n },
  to: { planCode: 'dsl-phone', planName: 'DSL and Phone', priceMinor: 2700n },
  promotionCode: 'DSL-10',
  features: ['DSL internet', 'One phone line'],
  interruptions: [
    'A technician connects the DSL line. We call to agree on a visit of about two hours.',
    'Internet access is interrupted for up to one hour during the visit; phone service goes on.',
  ],
};
const EXPIRED: PendingScene = { quoteIsOpen: false };
const HOSTILE_SCENE: PendingScene = {
  fullName: HOSTILE,
  from: { planName: `Old ${HOSTILE}` },
  to: { planName: `New ${HOSTILE}` },
  promotionCode: HOSTILE,
  features: [HOSTILE, 'منزل'],
  interruptions: [HOSTILE],
};

const GOLDEN: Readonly<Record<string, readonly [NoticeKind, PendingScene]>> = {
  'consent-request': ['consent_request', {}],
  'consent-request-dated': ['consent_request', DATED],
  'consent-request-downgrade': ['consent_request', DOWNGRADE],
  'consent-request-hostile-names': ['consent_request', HOSTILE_SCENE],
  'consent-reminder': ['consent_reminder', {}],
  'consent-reminder-dated': ['consent_reminder', DATED],
  'consent-reminder-quote-expired': ['consent_reminder', EXPIRED],
  'consent-reminder-dated-quote-expired': ['consent_reminder', { ...DATED, ...EXPIRED }],
  held: ['held', { ...EXPIRED, holdReason: 'price_changed', holdEndsAt: '2026-12-01T15:04:37.000Z' }],
  'held-dated': ['held', { ...DATED, ...EXPIRED, holdReason: 'plan_unavailable' }],
  expired: ['expired', EXPIRED],
  'expired-on-hold': ['expired', { ...DATED, ...EXPIRED, holdReason: 'price_changed' }],
  cancelled: ['cancelled', EXPIRED],
  'cancelled-dated': ['cancelled', DATED],
  replaced: ['replaced', {}],
  'replaced-dated': ['replaced', DATED],
  failed: ['failed', {}],
  'failed-dated': ['failed', DATED],
};
/** Every kind in each of its forms; the last member says whether the customer can agree by the mail. */
const FORMS: readonly (readonly [NoticeKind, PendingScene, boolean])[] = [
  ['consent_request', {}, true],
  ['consent_reminder', {}, true],
  ['consent_reminder', EXPIRED, false],
  ...HOLD_REASONS.map((holdReason) => ['held', { ...EXPIRED, holdReason }, false] as const),
  ['expired', EXPIRED, false],
  ['expired', { ...EXPIRED, holdReason: 'price_changed' }, false],
  ['cancelled', EXPIRED, false],
  ['cancelled', DATED, false],
  ['replaced', DATED, false],
  ['failed', {}, false],
];

describe('notices by email', () => {
  const templates = createTemplates(COMPANY);
  const notice = (kind: NoticeKind, scene: PendingScene = {}): RenderedMail =>
    templates.notice(kind, pendingChange(scene));
  const linkCount = (part: string): number => part.split(CONSENT_LINK_PLACEHOLDER).length - 1;
  const unwrapped = (text: string): string => text.replaceAll(/\s+/g, ' ');

  for (const [name, [kind, scene]] of Object.entries(GOLDEN)) {
    it(`are word for word as agreed as text: ${name}`, () => {
      const { subject, text } = notice(kind, scene);
      assertGolden(`notice-${name}.txt`, `Subject: ${subject}\n\n${text}`);
    });
    it(`are word for word as agreed as HTML: ${name}`, () => {
      assertGolden(`notice-${name}.html`, notice(kind, scene).html);
    });
  }

  it('say for each hold what happened, in words without the system’s own terms', () => {
    const words = HOLD_REASONS.map((holdReason) => {
      const { text } = notice('held', { ...EXPIRED, holdReason, promotionCode: 'FIBER-10' });
      const [, why] = /We did not make your change to Fiber Plus\. ([^]*?)\n\n/.exec(text) ?? [];
      const [, next] = /WHAT YOU CAN DO\n([^]*?)\n\n/.exec(text) ?? [];
      assert.ok(why && next, holdReason);
      assert.doesNotMatch(text, /_|drift|read-back|version|hash|undefined|null/i);
      return `${holdReason}\n  ${unwrapped(why)}\n  ${unwrapped(next)}\n`;
    });
    assertGolden('notice-hold-reasons.txt', words.join('\n'));
  });

  it('carry the link, whole and on a line of its own, only where the customer can agree', () => {
    for (const [kind, scene, asks] of FORMS) {
      const { subject, text, html } = notice(kind, scene);
      assert.equal(linkCount(subject), 0);
      assert.deepEqual([linkCount(text), linkCount(html)], asks ? [1, 2] : [0, 0], kind);
      if (!asks) continue;
      assert.ok(text.split('\n').includes(CONSENT_LINK_PLACEHOLDER));
      assert.ok(html.includes(`href="${CONSENT_LINK_PLACEHOLDER}"`));
      assert.ok(html.includes(`>${CONSENT_LINK_PLACEHOLDER}<`));
    }
  });

  it('say that nothing was charged, or will be without agreement', () => {
    for (const [kind, scene, asks] of FORMS) {
      const { text, html } = notice(kind, scene);
      const sentence = asks ? /nothing is charged unless you agree/ : /nothing was charged/i;
      assert.match(unwrapped(text), sentence, kind);
      assert.match(html, sentence, kind);
    }
  });

  it('show figures only of a quote that can be agreed to', () => {
    for (const [kind, scene, asks] of FORMS) {
      for (const part of [notice(kind, scene).text, notice(kind, scene).html]) {
        for (const figure of ['-$15.00', '15 of 30 days', '2025-02', 'before tax'])
          assert.equal(part.includes(figure), asks, `${kind} ${figure}`);
      }
    }
  });

  it('name the plan that was asked for, never the old one in its place', () => {
    for (const [kind, scene] of FORMS) {
      const { subject, text, html } = notice(kind, {
        ...scene,
        to: { planName: 'Wanted' },
        from: { planName: 'Present' },
      });
      assert.match(subject, /Wanted/);
      assert.doesNotMatch(subject, /Present/);
      for (const mention of unwrapped(text).matchAll(/.{16}Present/g))
        assert.match(mention[0], /plan from Present|In place of: Present|unused time on Present/);
      assert.match(html, /<strong><bdi>Wanted<\/bdi><\/strong>/);
    }
  });

  it('tell times by the customer’s own clock, with its zone', () => {
    const { text } = notice('consent_request', DATED);
    assert.ok(
      unwrapped(text).includes(
        'You can agree until 09:15 on Wednesday, 18 November 2026, Auckland time (UTC+13:00).',
      ),
    );
  });

  it('say nothing of a new quote where the change ends with this one', () => {
    const { text } = notice('consent_request', { ...DATED, consentDeadlineAt: '2026-11-17T20:15:09.000Z' });
    assert.doesNotMatch(text, /new quote/);
  });

  it('give away neither address nor code nor hash, and no id but the reference', () => {
    const pending = pendingChange();
    for (const [kind, scene] of FORMS) {
      const { subject, text, html } = notice(kind, scene);
      assert.doesNotMatch(subject + text + html, /canary|fiber-basic|fiber-plus|[0-9a-f]{64}/i);
      for (const part of [text, html]) assert.equal(part.split(pending.planChangeId).length, 2);
    }
  });

  it('load nothing from anywhere and link only to the company and the consent page', () => {
    const { html } = notice('consent_request', HOSTILE_SCENE);
    assert.doesNotMatch(
      html,
      /<(script|img|link|style|iframe|object|embed|form|base)\b|url\(|\bon\w+=|src=/i,
    );
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link);
    assert.deepEqual(links, [
      'https://quickconnect.example/v1/terms/2025-02',
      CONSENT_LINK_PLACEHOLDER,
      'tel:+18005550100',
      'mailto:service@quickconnect.example',
    ]);
  });

  it('keep names of any kind inside their own line and element', () => {
    const tags = (html: string): string => html.replaceAll(/>[^<]*</g, '><').replaceAll(/"[^"]*"/g, '""');
    const named = (name: string): PendingScene => ({
      fullName: name,
      to: { planName: name },
      from: { planName: name },
      promotionCode: name,
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...FORMS),
        fc.string({ unit: 'binary', maxLength: 12 }),
        ([kind, scene], name) => {
          const [mail, plain] = [
            notice(kind, { ...scene, ...named(name) }),
            notice(kind, { ...scene, ...named('B') }),
          ];
          assert.doesNotMatch(mail.subject, /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
          assert.equal(tags(mail.html), tags(plain.html));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('bound the subject and wrap the text, however long the plan’s name is', () => {
    const planName = 'Fiber for everyone '.repeat(30);
    for (const [kind, scene] of FORMS) {
      const mail = notice(kind, { ...scene, to: { planName } });
      assert.ok(Array.from(mail.subject).length <= 120);
      assert.deepEqual(
        mail.text.split('\n').filter((line) => line.length > 72),
        [],
      );
    }
  });

  it('hold a change without a stored reason in general words rather than not at all', () => {
    assert.match(unwrapped(notice('held').text), /no longer as it was in your quote/);
  });
});
