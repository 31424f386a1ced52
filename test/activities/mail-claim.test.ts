import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import type { MailOutcome, OutgoingMail } from '../../activities/ports.ts';
import { FAULT } from '../../domain/failures.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { stageChange, stageVerified } from '../support/staged-change.ts';
import { failWritesTo } from './failing-statement.ts';

interface MailRow {
  status: string;
  attempts: number;
  possible_duplicates: number;
  provider_message_id: string | null;
  accepted_at: Date | null;
}

describe('the claim on a mail', () => {
  let rig: Rig;
  /** What the provider answers to the next sends; it accepts when nothing is planned. */
  const planned: MailOutcome[] = [];
  const sent: OutgoingMail[] = [];
  const mailer = {
    send(mail: OutgoingMail): Promise<MailOutcome> {
      sent.push(mail);
      return Promise.resolve(
        planned.shift() ?? { outcome: 'accepted', providerMessageId: `message-${sent.length}` },
      );
    },
  };
  before(async () => {
    rig = await createRig('mail claim', { mailer, mailUnknownForMs: 600_000 });
  });
  beforeEach(() => {
    planned.length = 0;
    sent.length = 0;
  });
  after(() => rig.close());

  const stage = async () => {
    const change = await stageVerified(rig);
    const { mailId } = change;
    return {
      planChangeId: change.planChangeId,
      send: () => change.run('sendSummary', { ...change.ids(), mailId, now: change.now }),
      giveUp: () =>
        change.run('giveUpSummary', { ...change.ids(), mailId, now: change.now, cause: 'MAIL_REFUSED' }),
      mail: () => rig.knex<MailRow & { id: string }>('email_outbox').where({ id: mailId }).first<MailRow>(),
      age: (seconds: number) =>
        rig.ownerKnex.raw(
          'UPDATE email_outbox SET claimed_at = claimed_at - make_interval(secs => ?) WHERE id = ?',
          [seconds, mailId],
        ),
      setMail: (columns: Partial<MailRow>) =>
        rig.ownerKnex('email_outbox').where({ id: mailId }).update(columns),
      status: () =>
        rig
          .knex('plan_changes')
          .where({ id: change.planChangeId })
          .first<{ status: string }>('status')
          .then(({ status }) => status),
    };
  };
  const refusal = async (attempt: Promise<unknown>): Promise<ApplicationFailure> => {
    const error: unknown = await attempt.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ApplicationFailure, 'the attempt should have failed');
    return error;
  };

  it('accepted: the mail left once, with the id of its row as the only mark', async () => {
    const { send, mail, status } = await stage();
    assert.deepEqual(await send(), { outcome: 'accepted' });
    const { accepted_at: acceptedAt, ...row } = await mail();
    assert.ok(acceptedAt);
    assert.deepEqual(
      { ...row },
      { ...row, status: 'accepted', attempts: 1, possible_duplicates: 0, provider_message_id: 'message-1' },
    );
    assert.equal(await status(), 'completed');
    assert.deepEqual(Object.keys(sent[0] ?? {}).sort(), ['html', 'outboxId', 'recipient', 'subject', 'text']);
  });

  it('unavailable: the claim is given back, the provider says when to come again, and the next attempt sends', async () => {
    const { send, mail } = await stage();
    planned.push({ outcome: 'unavailable', status: 429, retryAfterMs: 7_000 });
    const error = await refusal(send());
    assert.deepEqual(
      [error.type, error.nextRetryDelay, error.nonRetryable],
      [FAULT.MAIL_UNAVAILABLE, 7_000, false],
    );
    assert.equal((await mail()).status, 'queued');
    await send();
    const { status, attempts, possible_duplicates: duplicates } = await mail();
    assert.deepEqual([status, attempts, duplicates, sent.length], ['accepted', 2, 0, 2]);
  });

  it('unavailable without an answer is tried again after a pause that doubles with each send', async () => {
    const { send, setMail } = await stage();
    const pauses: unknown[] = [];
    for (const attempts of [0, 1, 8, 9, 2_000]) {
      await setMail({ attempts });
      planned.push({ outcome: 'unavailable', status: null, retryAfterMs: null });
      const error = await refusal(send());
      assert.equal(error.type, FAULT.MAIL_UNAVAILABLE);
      assert.equal(error.message, 'provider status none');
      pauses.push(error.nextRetryDelay);
    }
    assert.deepEqual(pauses, [1_000, 2_000, 256_000, 300_000, 300_000]);
  });

  it('unavailable after a wait for an event: asking for it was no send, and lengthens no pause', async () => {
    const { send, age } = await stage();
    planned.push({ outcome: 'unknown' });
    await refusal(send());
    for (let asked = 0; asked < 20; asked += 1)
      assert.equal((await refusal(send())).type, FAULT.MAIL_OUTCOME_UNKNOWN);
    await age(600);
    planned.push({ outcome: 'unavailable', status: 503, retryAfterMs: null });
    const error = await refusal(send());
    assert.deepEqual([error.type, error.nextRetryDelay], [FAULT.MAIL_UNAVAILABLE, 2_000]);
  });

  it('refused: no retry mends it; given up, the change is complete and an agent takes over', async () => {
    const { planChangeId, send, giveUp, mail, status } = await stage();
    planned.push({ outcome: 'refused', status: 400 });
    const error = await refusal(send());
    assert.deepEqual([error.type, error.nonRetryable], [FAULT.MAIL_REFUSED, true]);
    assert.equal(await status(), 'activated');
    await giveUp();
    assert.deepEqual([(await mail()).status, await status()], ['given_up', 'completed']);
    const notes = await rig
      .knex('account_notes')
      .where({ plan_change_id: planChangeId, kind: 'email_given_up' })
      .pluck<string[]>('body');
    assert.match(notes[0] ?? '', /could not be sent by email \(MAIL_REFUSED\)/);
  });

  it('unknown: it waits, then sends again and counts a possible duplicate', async () => {
    const { send, mail, age } = await stage();
    planned.push({ outcome: 'unknown' });
    const first = await refusal(send());
    assert.deepEqual(
      [first.type, first.nextRetryDelay, first.nonRetryable],
      [FAULT.MAIL_OUTCOME_UNKNOWN, 30_000, false],
    );
    assert.equal((await mail()).status, 'sending');
    // Within the wait nothing is sent.
    assert.equal((await refusal(send())).type, FAULT.MAIL_OUTCOME_UNKNOWN);
    assert.equal(sent.length, 1);
    await age(540);
    assert.equal((await refusal(send())).type, FAULT.MAIL_OUTCOME_UNKNOWN);
    await age(60);
    await send();
    const { status, attempts, possible_duplicates: duplicates } = await mail();
    assert.deepEqual([status, attempts, duplicates, sent.length], ['accepted', 2, 1, 2]);
  });

  it('an event of the provider ends the wait without sending again', async () => {
    const { send, mail, setMail, status } = await stage();
    planned.push({ outcome: 'unknown' });
    await refusal(send());
    await setMail({ status: 'delivered', provider_message_id: 'from-the-event' });
    await send();
    const row = await mail();
    assert.deepEqual(
      [row.status, row.provider_message_id, sent.length, await status()],
      ['delivered', 'from-the-event', 1, 'completed'],
    );
  });

  it('attempts at the same time send once; the others wait for the outcome', async () => {
    const { send, mail } = await stage();
    const attempts = await Promise.allSettled([send(), send(), send()]);
    const failed = attempts.flatMap((attempt) =>
      attempt.status === 'rejected' ? [attempt.reason as unknown] : [],
    );
    for (const reason of failed) {
      assert.ok(reason instanceof ApplicationFailure && reason.type === FAULT.MAIL_OUTCOME_UNKNOWN);
    }
    assert.ok(failed.length < 3);
    assert.deepEqual([sent.length, (await mail()).possible_duplicates], [1, 0]);
    assert.deepEqual(await send(), { outcome: 'accepted' });
    assert.equal(sent.length, 1);
  });

  it('accepted, but the record fails: the outcome is unknown until an event or the wait ends', async () => {
    const { send, mail, status } = await stage();
    const broken = await failWritesTo(rig.ownerKnex, 'step_receipts', 'the database is full', '53100');
    const error = await refusal(send());
    await broken.mend();
    assert.equal(error.type, FAULT.DATABASE_UNAVAILABLE);
    assert.deepEqual([(await mail()).status, await status(), sent.length], ['sending', 'activated', 1]);
    assert.equal((await refusal(send())).type, FAULT.MAIL_OUTCOME_UNKNOWN);
    assert.equal(sent.length, 1);
  });

  it('given up: the note of a notice says with its change whether it may have arrived', async () => {
    const bodies: string[] = [];
    for (const status of ['queued', 'sending', 'delivered']) {
      const change = await stageChange(rig);
      const { mailId } = (await change.run('remindCustomer', { ...change.ids(), now: change.now })) as {
        mailId: string;
      };
      await rig.ownerKnex('email_outbox').where({ id: mailId }).update({ status });
      await change.run('giveUpNotice', { ...change.ids(), mailId, cause: 'MAIL_REFUSED' });
      const notes = await rig
        .knex('account_notes')
        .where({ plan_change_id: change.planChangeId, kind: 'notice_given_up' })
        .pluck<string[]>('body');
      bodies.push(...notes);
    }
    assert.deepEqual(bodies, [
      'The consent reminder could not be sent by email (MAIL_REFUSED). Tell the customer by other means.',
      'Whether the consent reminder arrived by email is not known (MAIL_REFUSED). Tell the customer by other means.',
    ]);
  });
});
