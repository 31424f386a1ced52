import assert from 'node:assert/strict';
import { mailOutcomes, type MailOutcome } from '../../evidence/mail-outcomes.ts';

const AT = '2026-11-24T10:00:00.000000Z';
const mail = (status: string, other: Partial<MailOutcome> = {}): MailOutcome => ({
  kind: 'summary',
  status,
  providerMessageId: null,
  acceptedAt: ['accepted', 'delivered', 'bounced', 'dropped'].includes(status) ? AT : null,
  events: [],
  ...other,
});
const notice = (status: string, other: Partial<MailOutcome> = {}) => mail(status, { kind: 'held', ...other });
const events = (...names: string[]) => ({ events: names.map((event) => ({ event })) });
const note = (kind: string, body: string) => ({ kind, body });

const completed = (id: string) =>
  note('completed', `The mail provider accepted the summary (${id}). The plan change is complete.`);
const givenUp = note('email_given_up', 'The summary could not be sent by email (MAIL_REFUSED).');
const noticeGivenUp = note(
  'notice_given_up',
  'Whether the notice that the change is on hold arrived by email is not known (MAIL_OUTCOME_UNKNOWN).',
);
const notSent = note('notice_superseded', 'The notice that the change is on hold was not sent: it moved on.');
const notAgain = note(
  'notice_superseded',
  'Whether the notice that the change is on hold arrived by email is not known; it is not sent again:',
);

type Case = readonly [
  what: string,
  mails: readonly MailOutcome[],
  notes: readonly { kind: string; body: string }[],
];

describe('what notes and events leave of a mail', () => {
  const honest: readonly Case[] = [
    ['it waits', [mail('queued'), notice('sending')], []],
    ['an event came before the step that waits for it', [mail('accepted', events('processed'))], []],
    [
      'the step found that the event had come first',
      [mail('accepted', events('processed'))],
      [completed('no id')],
    ],
    ['accepted', [mail('accepted', { providerMessageId: 'm-1' })], [completed('m-1')]],
    [
      'delivered, and the first event came last',
      [mail('delivered', { providerMessageId: 'm-1', ...events('delivered', 'processed') })],
      [completed('m-1')],
    ],
    ['an event that says nothing', [mail('queued', events('open'))], []],
    ['given up', [mail('given_up')], [givenUp]],
    [
      'given up, in words of an earlier release',
      [mail('given_up')],
      [note('email_given_up', 'It did not leave.')],
    ],
    ['given up, the provider took it after all', [mail('given_up', events('processed'))], [givenUp]],
    ['given up, the provider had just taken it', [mail('accepted', events('deferred'))], [givenUp]],
    ['given up, and delivered after all', [mail('delivered', events('delivered'))], [givenUp]],
    ['a notice accepted', [notice('accepted', { providerMessageId: 'm-1' })], []],
    ['a notice given up', [notice('given_up')], [noticeGivenUp]],
    [
      'a notice given up before notices had their own note',
      [notice('given_up')],
      [{ ...noticeGivenUp, kind: 'email_given_up' }],
    ],
    [
      'a notice given up, its words masked',
      [notice('given_up')],
      [{ ...noticeGivenUp, body: '[name] the notice' }],
    ],
    ['a notice overtaken', [notice('superseded')], [notSent]],
    ['a notice overtaken after an attempt', [notice('unknown')], [notAgain]],
    [
      'the attempt answered late',
      [notice('unknown', { acceptedAt: AT, providerMessageId: 'm-1' })],
      [notAgain],
    ],
    ['a notice overtaken, and it came back', [notice('bounced', events('bounce'))], [notAgain]],
    ['one of two overtaken', [notice('superseded'), notice('accepted')], [notSent]],
  ];
  for (const [what, mails, notes] of honest)
    it(`is no contradiction: ${what}`, () => {
      assert.deepEqual(mailOutcomes(mails, notes).problems, []);
    });

  const contradictory: readonly (readonly [...Case, RegExp])[] = [
    ['accepted, and nobody tells', [mail('accepted')], [], /neither a note nor the provider/],
    [
      'an id, and nobody tells',
      [mail('queued', { acceptedAt: AT, providerMessageId: 'm' })],
      [],
      /no note tells that it was/,
    ],
    [
      'an id beside a note of none',
      [mail('accepted', { providerMessageId: 'id' })],
      [completed('no id')],
      /another id/,
    ],
    ['a part of the id', [mail('accepted', { providerMessageId: 'm' })], [completed('m-1')], /another id/],
    [
      'accepted, and a note says given up',
      [mail('accepted', { providerMessageId: null })],
      [givenUp],
      /a note tells that the summary mail was given_up/,
    ],
    ['both ends', [mail('accepted')], [completed('no id'), givenUp], /was given_up, and it is not/],
    ['sending, and a note says given up', [mail('sending')], [givenUp], /was given_up, and it is not/],
    [
      'a notice accepted, and a note says given up',
      [notice('accepted')],
      [noticeGivenUp],
      /was given_up, and it is not/,
    ],
    ['given up by the note of another mail', [notice('given_up')], [givenUp], /no note tells of it/],
    [
      'two given up by one note',
      [notice('given_up'), notice('given_up')],
      [noticeGivenUp],
      /no note tells of it/,
    ],
    [
      'overtaken certainly, and the note is not certain',
      [notice('superseded')],
      [notAgain],
      /is superseded, and no note/,
    ],
    ['accepted, and a note says not sent', [notice('accepted')], [notSent], /was superseded, and it is not/],
    [
      'queued, and the provider has it',
      [notice('queued', events('processed'))],
      [],
      /by an event of the provider it is accepted/,
    ],
    [
      'accepted, and it came back',
      [notice('accepted', events('bounce'))],
      [],
      /by an event of the provider it is bounced/,
    ],
  ];
  for (const [what, mails, notes, finds] of contradictory)
    it(`is a contradiction: ${what}`, () => {
      const { problems } = mailOutcomes(mails, notes);
      assert.ok(
        problems.some((problem) => finds.test(problem)),
        problems.join(),
      );
    });
});
