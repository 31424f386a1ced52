import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import type { MailOutcome, OutgoingMail } from '../../activities/ports.ts';
import { recordEmailEvent } from '../../db/stores/email-events.ts';
import { FAULT } from '../../domain/failures.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { stageChange, type StagedChange } from '../support/staged-change.ts';

describe('a notice that the change has overtaken', () => {
  let rig: Rig;
  const planned: MailOutcome[] = [];
  const sent: OutgoingMail[] = [];
  const mailer = {
    send(mail: OutgoingMail): Promise<MailOutcome> {
      sent.push(mail);
      return Promise.resolve(planned.shift() ?? { outcome: 'accepted', providerMessageId: null });
    },
  };
  before(async () => {
    rig = await createRig('superseded mails', { mailer });
  });
  beforeEach(() => {
    planned.length = 0;
    sent.length = 0;
  });
  after(() => rig.close());

  const isUnknown = (error: unknown): boolean =>
    error instanceof ApplicationFailure && error.type === FAULT.MAIL_OUTCOME_UNKNOWN;
  const asking = async () => {
    const change = await stageChange(rig);
    const { mailId } = (await change.run('remindCustomer', { ...change.ids(), now: change.now })) as {
      mailId: string;
    };
    const notice = { ...change.ids(), mailId };
    return {
      ...{ change, mailId },
      send: () => change.run('sendNotice', notice),
      giveUp: () => change.run('giveUpNotice', { ...notice, cause: 'MAIL_REFUSED' }),
      set: (columns: object) => rig.knex('plan_changes').where({ id: change.planChangeId }).update(columns),
      recorded: async () => ({
        mail: (await rig.knex('email_outbox').where({ id: mailId }).first<{ status: string }>('status'))
          .status,
        notes: await rig
          .knex('account_notes')
          .where({ plan_change_id: change.planChangeId })
          .whereIn('kind', ['notice_superseded', 'notice_given_up', 'email_given_up'])
          .orderBy('sequence')
          .select<{ kind: string; body: string }[]>('kind', 'body'),
      }),
    };
  };
  const OVER = { status: 'declined', closed_at: new Date() };
  const NOT_SENT =
    'The consent reminder was not sent: the change had moved on, and what it says was no longer true. Nothing is left to do.';
  const NOT_KNOWN =
    'Whether the consent reminder arrived by email is not known; it is not sent again: the change had moved on, and what it says was no longer true. Nothing is left to do.';

  for (const [what, overtake] of Object.entries({
    'the change is over': OVER,
    'there is consent': { status: 'scheduled' },
  }))
    it(`does not leave when ${what}: no task for people, and the notes say why`, async () => {
      const { send, set, recorded } = await asking();
      await set(overtake);
      // However often it is tried, that is written down once.
      for (let times = 0; times < 2; times += 1) assert.deepEqual(await send(), { outcome: 'superseded' });
      assert.equal(sent.length, 0);
      assert.deepEqual(await recorded(), {
        mail: 'superseded',
        notes: [{ kind: 'notice_superseded', body: NOT_SENT }],
      });
    });

  it('that may have arrived is not sent again, and nobody says that it was not sent', async () => {
    const { mailId, send, set, recorded } = await asking();
    planned.push({ outcome: 'unknown' });
    await assert.rejects(send(), isUnknown);
    await set(OVER);
    // The provider's event is still waited for.
    await assert.rejects(send(), isUnknown);
    await rig
      .ownerKnex('email_outbox')
      .where({ id: mailId })
      .update({ claimed_at: rig.knex.raw(`claimed_at - interval '10 minutes'`) });
    assert.deepEqual(await send(), { outcome: 'superseded' });
    assert.equal(sent.length, 1);
    assert.deepEqual(await recorded(), {
      mail: 'unknown',
      notes: [{ kind: 'notice_superseded', body: NOT_KNOWN }],
    });
    await recordEmailEvent(rig.knex, {
      ...{ providerEventId: mailId, mailId, event: 'processed', reason: null },
      occurredAt: new Date().toISOString(),
    });
    assert.equal((await recorded()).mail, 'accepted');
  });

  it('is nobody’s task either when it is given up', async () => {
    const { giveUp, set, recorded } = await asking();
    await set(OVER);
    assert.deepEqual(await giveUp(), { outcome: 'superseded' });
    assert.deepEqual((await recorded()).notes, [{ kind: 'notice_superseded', body: NOT_SENT }]);
  });

  it('does not leave after a new quote', async () => {
    const { change, send } = await asking();
    await change.run('requotePlanChange', {
      ...change.ids(),
      messageId: 'requote-1',
      expected: { status: 'awaiting_consent', revision: 1 },
      activation: null,
      author: { type: 'agent', id: null },
      now: change.now,
    });
    assert.deepEqual(await send(), { outcome: 'superseded' });
    assert.equal(sent.length, 0);
  });

  describe('that says that the change is on hold', () => {
    const holding = async () => {
      const change = await stageChange(rig);
      const account = (status: string) =>
        rig.knex('customers').where({ id: change.customerId }).update({ status });
      await account('suspended');
      const held = await change.run('activatePlan', change.activation(await change.consent()));
      assert.ok(held.outcome === 'held' && held.mailId !== null);
      await account('active');
      const { mailId } = held;
      return { change, mailId, send: () => change.run('sendNotice', { ...change.ids(), mailId }) };
    };
    const requoted = async (change: StagedChange) => {
      const again = await change.run('requotePlanChange', {
        ...{ planChangeId: change.planChangeId, messageId: 'requote', activation: null, now: change.now },
        ...{ expected: change.expected('held'), author: change.author },
      });
      assert.ok(again.outcome === 'quoted');
      return change.with(again.quote);
    };

    it('leaves while it is', async () => {
      const { send } = await holding();
      assert.deepEqual(await send(), { outcome: 'accepted' });
    });

    it('does not leave once there is a new quote, nor when that is applied', async () => {
      const [waiting, applied] = [await holding(), await holding()];
      await requoted(waiting.change);
      const next = await requoted(applied.change);
      await next.run('activatePlan', next.activation(await next.consent()));
      for (const { send } of [waiting, applied]) assert.deepEqual(await send(), { outcome: 'superseded' });
      assert.equal(sent.length, 0);
    });

    it('does not leave for an earlier hold, though the change is on hold again', async () => {
      const { change, send } = await holding();
      const next = await requoted(change);
      await rig.knex('customers').where({ id: change.customerId }).update({ status: 'suspended' });
      const again = await next.run('activatePlan', next.activation(await next.consent()));
      assert.ok(again.outcome === 'held' && again.mailId !== null);
      assert.deepEqual(await send(), { outcome: 'superseded' });
      const second = await next.run('sendNotice', { ...next.ids(), mailId: again.mailId });
      assert.deepEqual([second, sent.length], [{ outcome: 'accepted' }, 1]);
    });
  });

  for (const status of ['cancelled', 'expired'] as const)
    it(`leaves whatever comes when it says the end: ${status}`, async () => {
      const change = await stageChange(rig);
      const closed = await change.run('closePlanChange', {
        ...{ ...change.ids(), cause: 'test', expected: change.expected('awaiting_consent'), status },
        ...{ author: change.author, remarkId: null, now: change.now },
      });
      assert.ok(closed.outcome === 'closed' && closed.mailId !== null);
      const { mailId } = closed;
      assert.deepEqual(await change.run('sendNotice', { ...change.ids(), mailId }), {
        outcome: 'accepted',
      });
    });

  it('leaves while consent to its quote is awaited', async () => {
    const { send } = await asking();
    assert.deepEqual(await send(), { outcome: 'accepted' });
    assert.equal(sent.length, 1);
  });
});
