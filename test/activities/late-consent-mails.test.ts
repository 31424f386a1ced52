import assert from 'node:assert/strict';
import { CONSENT_LINK_PLACEHOLDER } from '../../domain/consent-link.ts';
import { PRODUCT_TEMPLATES } from '../support/customer-mails.ts';
import { eventually } from '../support/eventually.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { stageChange, type StagedChange } from '../support/staged-change.ts';

/** Long enough to stage and send on a busy machine, short enough to wait for. */
const WINDOW_MS = 3_000;

describe('a mail that asks for consent', () => {
  let rig: Rig;
  /** Its quote runs out before the time for consent does. */
  let brief: Rig;
  before(async () => {
    rig = await createRig('late consent', {
      templates: PRODUCT_TEMPLATES,
      policy: { quoteMs: 86_400_000, consentMs: WINDOW_MS },
    });
    brief = await createRig('late quotes', { templates: PRODUCT_TEMPLATES, policy: { quoteMs: WINDOW_MS } });
  });
  after(() => Promise.all([rig.close(), brief.close()]));

  const requested = (change: StagedChange) =>
    change.run('requestConsent', {
      ...change.ids(),
      requestId: change.planChangeId,
      author: change.author,
      now: change.now,
    });
  const reminded = (change: StagedChange, now: string) =>
    change.run('remindCustomer', { ...change.ids(), now });
  const sent = async (change: StagedChange, { mailId }: { mailId: string | null }) => {
    assert.ok(mailId !== null);
    return (await change.run('sendNotice', { ...change.ids(), mailId })).outcome;
  };
  /** By the clock that judges. */
  const past = (of: Rig, instant: string) =>
    eventually(async () => {
      const { rows } = await of.knex.raw<{ rows: { over: boolean }[] }>(
        'SELECT now() > ?::timestamptz AS over',
        [instant],
      );
      return rows[0]?.over === true || undefined;
    });

  it('leaves while its quote can be agreed to', async () => {
    const change = await stageChange(brief, { input: { activation: { when: 'end_of_cycle' } } });
    assert.equal(await sent(change, await requested(change)), 'accepted');
    assert.ok(brief.mails.at(-1)?.text.includes('/consent/'));
  });

  it('does not leave once its quote has expired, whether it asks first or reminds', async () => {
    const change = await stageChange(brief, { input: { activation: { when: 'end_of_cycle' } } });
    const mails = [await requested(change), await reminded(change, change.now)];
    await past(brief, change.quote.expiresAt);
    const before = brief.mails.length;
    for (const mail of mails) assert.equal(await sent(change, mail), 'superseded');
    assert.equal(brief.mails.length, before);
    assert.deepEqual(await brief.knex('consent_links').where({ plan_change_id: change.planChangeId }), []);
  });

  it('and says that the quote is over leaves all the same: a new one can be had', async () => {
    const change = await stageChange(brief, { input: { activation: { when: 'end_of_cycle' } } });
    await past(brief, change.quote.expiresAt);
    assert.equal(await sent(change, await reminded(change, new Date().toISOString())), 'accepted');
    const mail = brief.mails.at(-1);
    assert.match(mail?.subject ?? '', /needs a new quote/);
    assert.ok(!mail?.text.includes('/consent/') && !mail?.text.includes(CONSENT_LINK_PLACEHOLDER));
  });

  it('does not leave once the time for consent is over', async () => {
    const change = await stageChange(rig, { input: { activation: { when: 'end_of_cycle' } } });
    const mail = await reminded(change, change.quote.expiresAt);
    await past(rig, change.quote.consentDeadlineAt);
    assert.equal(await sent(change, mail), 'superseded');
  });
});
