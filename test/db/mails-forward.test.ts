import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { EMAIL_STATUSES, type EmailStatus } from '../../domain/email-status.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { stageVerified } from '../support/staged-change.ts';

const CHECK = '23514';

/** The ways of a mail that a claim or its release does not make; whatever is not here is refused. */
const WAYS: Readonly<Record<EmailStatus, readonly EmailStatus[]>> = {
  queued: ['accepted', 'delivered', 'bounced', 'dropped', 'given_up', 'superseded'],
  sending: ['queued', 'accepted', 'delivered', 'bounced', 'dropped', 'given_up', 'unknown'],
  superseded: ['accepted', 'delivered', 'bounced', 'dropped'],
  unknown: ['accepted', 'delivered', 'bounced', 'dropped'],
  accepted: ['delivered', 'bounced', 'dropped'],
  given_up: ['delivered', 'bounced', 'dropped'],
  delivered: ['bounced', 'dropped'],
  bounced: [],
  dropped: [],
};
const IS_TAKEN: ReadonlySet<EmailStatus> = new Set(['accepted', 'delivered', 'bounced', 'dropped']);

describe('mails in the database', () => {
  let rig: Rig;
  let mailId: string;
  before(async () => {
    rig = await createRig('mails-forward');
    ({ mailId } = await stageVerified(rig));
  });
  after(() => rig.close());

  /** The mail as it is in this status, by the owner's hand. */
  const put = (status: EmailStatus) =>
    rig
      .ownerKnex('email_outbox')
      .where({ id: mailId })
      .update({
        ...{ status, attempts: status === 'queued' ? 0 : 1, possible_duplicates: 0 },
        claimed_at: status === 'queued' ? null : rig.ownerKnex.raw(`now() - interval '1 minute'`),
        accepted_at: IS_TAKEN.has(status) ? rig.ownerKnex.raw(`now() - interval '1 minute'`) : null,
        provider_message_id: status === 'accepted' ? 'message-1' : null,
      });
  const set = (columns: string) => rig.knex.raw(`UPDATE email_outbox SET ${columns} WHERE id = ?`, [mailId]);
  const refused = (columns: string) =>
    assert.rejects(Promise.resolve(set(columns)), (error: Error & { code?: string }) => {
      assert.equal(error.code, CHECK, `${columns}: ${error.message}`);
      return true;
    });

  for (const from of EMAIL_STATUSES) {
    it(`go from ${from} where the steps and the provider take them, and nowhere else`, async () => {
      for (const to of EMAIL_STATUSES.filter((one) => one !== from)) {
        await put(from);
        const columns = `status = '${to}'${IS_TAKEN.has(to) ? ', accepted_at = coalesce(accepted_at, now())' : ''}`;
        if (WAYS[from].includes(to)) await set(columns);
        else await refused(columns);
      }
    });
  }

  const NEVER = 'accepted_at = NULL, provider_message_id = NULL';
  const CLAIM = `status = 'sending', attempts = attempts + 1, claimed_at = now()`;
  const refusals: readonly (readonly [EmailStatus, string])[] = [
    ['accepted', `status = 'given_up', ${NEVER}`],
    ['accepted', `status = 'queued', ${NEVER}`],
    ['accepted', NEVER],
    ['accepted', `provider_message_id = 'another'`],
    ['accepted', `accepted_at = accepted_at - interval '1 day'`],
    ['accepted', 'possible_duplicates = 9'],
    ['accepted', 'attempts = 9'],
    ['accepted', 'claimed_at = now()'],
    ['given_up', `accepted_at = now(), provider_message_id = 'late'`],
    ['sending', `status = 'accepted', accepted_at = 'infinity'`],
    ['sending', `status = 'accepted'`],
    ['sending', `status = 'given_up', accepted_at = now()`],
    ['sending', `${CLAIM}, possible_duplicates = possible_duplicates + 2`],
    ['sending', CLAIM],
    ['queued', `${CLAIM}, possible_duplicates = 1`],
    ['queued', `status = 'sending'`],
    ['queued', `status = 'sending', attempts = attempts + 1, claimed_at = 'infinity'`],
  ];
  for (const [from, columns] of refusals)
    it(`that are ${from} are not set to ${columns}`, async () => {
      await put(from);
      await refused(columns);
    });

  it('are claimed, put back and claimed again, and a second send without an answer is counted', async () => {
    await put('queued');
    await set(CLAIM);
    await set(`status = 'queued'`);
    await set(CLAIM);
    await set(`${CLAIM}, possible_duplicates = possible_duplicates + 1`);
    const row = await rig.knex('email_outbox').where({ id: mailId }).first<{ attempts: number }>('attempts');
    assert.equal(row.attempts, 3);
  });

  it('begin in the queue', async () => {
    const copy = (other: object) =>
      rig.knex.raw(
        `INSERT INTO email_outbox SELECT (jsonb_populate_record(m, ?::jsonb)).* FROM email_outbox m WHERE id = ?`,
        [JSON.stringify({ id: randomUUID(), revision: 2, ...other }), mailId],
      );
    await put('queued');
    for (const other of [
      { status: 'accepted' },
      { attempts: 1 },
      { possible_duplicates: 1 },
      { accepted_at: '2026-11-24Z' },
      { claimed_at: '2026-11-24Z' },
      { provider_message_id: 'message-2' },
    ])
      await assert.rejects(Promise.resolve(copy(other)), { code: CHECK });
    await copy({});
  });
});
