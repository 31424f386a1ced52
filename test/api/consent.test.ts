import assert from 'node:assert/strict';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { createApiRig, verbalConsent, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { rowCounts, rowsGained } from '../support/database-contents.ts';
import { expectFreshProblem, expectProblem } from './expect-problem.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CUSTOMER = 'Carla Canary';

describe('API: consent', () => {
  let api: ApiRig;

  before(async () => {
    api = await createApiRig('api consent');
  });
  after(() => api.close());

  const opened = async (activation: object = { when: 'immediately' }): Promise<PlanChangeJson> =>
    api.opened(await api.stranger({ fullName: CUSTOMER }), { activation });
  const give = ({ planChangeId }: PlanChangeJson, consent: object): Promise<ApiAnswer> =>
    api.post(`/v1/plan-changes/${planChangeId}/consent`, consent);
  const hashOf = ({ quote }: PlanChangeJson): string => quote?.hash ?? '';
  const now = async ({ planChangeId }: PlanChangeJson): Promise<PlanChangeJson> =>
    (await api.get(`/v1/plan-changes/${planChangeId}`)).read(planChange);
  const rowsOf = async (
    table: 'consents' | 'charges' | 'consent_evidence',
    { planChangeId }: PlanChangeJson,
  ) => api.rig.knex(table).where({ plan_change_id: planChangeId });
  const written = (change: PlanChangeJson, other: object = {}): object => ({
    method: 'written',
    quoteHash: hashOf(change),
    document: { name: 'agreement.pdf', sha256: 'a'.repeat(64) },
    signedBy: 'CARLA  canary',
    signedAt: new Date().toISOString(),
    ...other,
  });

  it('approves one quote only: not an earlier one, not another change’s', async () => {
    const first = await opened();
    const requoted = (await api.post(`/v1/plan-changes/${first.planChangeId}/requote`, {})).read(planChange);
    const other = await opened();
    for (const hash of [hashOf(first), hashOf(other), '0'.repeat(64)]) {
      expectProblem(await give(requoted, verbalConsent(hash)), 409, 'quote-superseded');
    }
    assert.deepEqual(await now(requoted), requoted);
    assert.deepEqual([await rowsOf('consents', requoted), await rowsOf('charges', requoted)], [[], []]);
    assert.equal((await give(requoted, verbalConsent(hashOf(requoted)))).status, 200);
    assert.equal((await now(other)).status, 'awaiting_consent');
  });

  it('is taken once: a second one is told so', async () => {
    for (const activation of [{ when: 'immediately' }, { when: 'end_of_cycle' }]) {
      const change = await opened(activation);
      const first = (await give(change, verbalConsent(hashOf(change)))).read(planChange);
      const second = await give(change, verbalConsent(hashOf(change), { id: 'another recording' }));
      expectProblem(second, 409, 'consent-already-recorded');
      assert.equal((await now(change)).consent?.consentId, first.consent?.consentId);
    }
  });

  it('given six times at once with keys of their own is taken once, charged once, mailed once', async () => {
    const change = await opened();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => give(change, verbalConsent(hashOf(change)))),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expectProblem(answer, 409, 'consent-already-recorded');
    }
    assert.deepEqual(
      [(await rowsOf('consents', change)).length, (await rowsOf('charges', change)).length],
      [1, 3],
    );
  });

  it('is refused once the change has ended, with the status it ended in', async () => {
    const ends = [
      ['cancel', 'cancelled', { when: 'immediately' }],
      ['decline', 'declined', { when: 'immediately' }],
      ['cancel', 'cancelled', { when: 'end_of_cycle' }],
    ] as const;
    for (const [end, status, activation] of ends) {
      const change = await opened(activation);
      if (activation.when === 'end_of_cycle') await give(change, verbalConsent(hashOf(change)));
      await api.post(`/v1/plan-changes/${change.planChangeId}/${end}`, { reason: 'no' });
      const answer = await give(change, verbalConsent(hashOf(change), { id: 'too late' }));
      assert.equal(expectProblem(answer, 409, 'plan-change-closed')['planChangeStatus'], status);
      assert.deepEqual(await rowsOf('charges', change), []);
    }
  });

  it('racing a cancel: exactly one of them wins', async () => {
    for (let round = 0; round < 4; round += 1) {
      const change = await opened();
      const [consented, cancelled] = await Promise.all([
        give(change, verbalConsent(hashOf(change))),
        api.post(`/v1/plan-changes/${change.planChangeId}/cancel`, { reason: 'on second thoughts' }),
      ]);
      const won = [consented, cancelled].filter(({ status }) => status === 200);
      assert.equal(won.length, 1, `${consented.status} ${cancelled.status}`);
      const lost = consented.status === 200 ? cancelled : consented;
      assert.equal(lost.status, 409, lost.text);
      const charged = (await rowsOf('charges', change)).length;
      assert.equal(charged, consented.status === 200 ? 3 : 0);
      const { status } = await now(change);
      assert.ok(
        consented.status === 200 ? ['activated', 'completed'].includes(status) : status === 'cancelled',
      );
    }
  });

  it('is refused when the evidence cannot be right, and then nothing is kept of it', async () => {
    const change = await opened();
    const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
    const recordings: [object, string][] = [
      [{ startedAt: at(6 * MINUTE) }, '/recording/startedAt'],
      [{ startedAt: at(-24 * HOUR - MINUTE) }, '/recording/startedAt'],
      [{ startedAt: '0000-01-01T00:00:00Z' }, '/recording/startedAt'],
      [{ startedAt: '2026-11-24 10:00' }, '/recording/startedAt'],
      [{ startedAt: '2026-11-24' }, '/recording/startedAt'],
      [{ startedAt: '2026-11-24T10:00:00' }, '/recording/startedAt'],
      [{ durationSeconds: 0 }, '/recording/durationSeconds'],
      [{ durationSeconds: 0.5 }, '/recording/durationSeconds'],
      [{ durationSeconds: '60' }, '/recording/durationSeconds'],
      // Over before there was a quote to read out, and of a call that is not over.
      [{ startedAt: at(-HOUR), durationSeconds: 3_000 }, '/recording/durationSeconds'],
      [{ startedAt: at(-MINUTE), durationSeconds: 7 * 60 }, '/recording/durationSeconds'],
      // Nobody reads out the script in that time.
      [{ startedAt: at(-MINUTE), durationSeconds: 10 }, '/recording/durationSeconds'],
      [{ announced: false }, '/recording/announced'],
      [{ announced: 'true' }, '/recording/announced'],
      [{ id: ' ' }, '/recording/id'],
      [{ scriptVersion: undefined }, '/recording/scriptVersion'],
      [{ scriptVersion: '2019-01' }, '/recording/scriptVersion'],
    ];
    const hashes: [object, string][] = [
      'A'.repeat(64),
      'a'.repeat(63),
      'a'.repeat(65),
      'g'.repeat(64),
      '',
    ].flatMap((hash): [object, string][] => [
      [verbalConsent(hash), '/quoteHash'],
      [written(change, { document: { name: 'agreement.pdf', sha256: hash } }), '/document/sha256'],
    ]);
    const consents: [object, string][] = [
      ...recordings.map(([recording, pointer]): [object, string] => [
        verbalConsent(hashOf(change), recording),
        pointer,
      ]),
      ...hashes,
      [written(change, { signedAt: at(6 * MINUTE) }), '/signedAt'],
      // A document cannot agree to a quote that did not exist.
      [written(change, { signedAt: at(-6 * MINUTE) }), '/signedAt'],
      [written(change, { signedAt: '0001-01-01T00:00:00+10:00' }), '/signedAt'],
      [written(change, { signedBy: '' }), '/signedBy'],
      [written(change, { signedBy: 'Mickey Mouse' }), '/signedBy'],
      [{ ...verbalConsent(hashOf(change)), method: 'sign language' }, '/method'],
      [{ ...verbalConsent(hashOf(change)), ...written(change) }, '/recording'],
    ];
    const before = await rowCounts(api.rig.ownerKnex);
    for (const [consent, pointer] of consents) {
      const { errors } = expectFreshProblem(await give(change, consent), 422, 'invalid-input');
      assert.ok(
        errors?.some((error) => error.pointer === pointer),
        `${pointer}: ${JSON.stringify(errors)}`,
      );
    }
    const gained = rowsGained(before, await rowCounts(api.rig.ownerKnex));
    assert.deepEqual(Object.keys(gained), ['idempotency_keys']);
    assert.equal((await now(change)).status, 'awaiting_consent');
  });

  it('takes a recording that began before the quote, up to a day, and clocks that are a little ahead', async () => {
    const begun = Date.now();
    const recordings: [startedAt: string, durationSeconds: number][] = [
      [new Date(Date.now() + 4 * MINUTE).toISOString(), 50],
      [new Date(Date.now() - 24 * HOUR + MINUTE).toISOString(), 86_400],
      [new Date(Date.now() - 10 * MINUTE).toISOString(), 6 * 60],
      [new Date(Date.now() + 23 * HOUR).toISOString().replace('Z', '+23:00'), 240],
      [new Date().toISOString().replace('Z', `${'123456789'.repeat(20)}Z`), 240],
    ];
    for (const [startedAt, durationSeconds] of recordings) {
      const change = await opened({ when: 'end_of_cycle' });
      const answer = await give(change, verbalConsent(hashOf(change), { startedAt, durationSeconds }));
      assert.equal(answer.status, 200, `${startedAt} ${answer.text}`);
      // When the recording began is evidence; when the customer agreed is not before the quote, nor to come.
      const givenAt = Date.parse(answer.read(planChange).consent?.givenAt ?? '');
      assert.ok(givenAt >= begun && givenAt <= Date.now());
    }
  });

  it('in writing is kept with document, signature and time', async () => {
    const change = await opened();
    // By a clock that is a little behind: before the quote was made.
    const signedAt = new Date(Date.now() - 4 * MINUTE).toISOString();
    const answer = (await give(change, written(change, { signedAt }))).read(planChange);
    assert.equal(answer.consent?.method, 'written');
    // The signature stays as evidence, the consent is from now.
    assert.ok(Date.parse(answer.consent.givenAt) > Date.parse(signedAt) + 3 * MINUTE);
    const [note] = (await api.rig
      .knex('account_notes')
      .where({ plan_change_id: change.planChangeId, kind: 'consent_accepted' })
      .pluck('body')) as string[];
    assert.match(
      note ?? '',
      /^The customer agreed in writing \(document with SHA-256 a{64}, signed at .+ \(UTC[+-]\d\d:\d\d\)\) to quote/,
    );
    const [evidence] = (await rowsOf('consent_evidence', change)) as { details: object; method: string }[];
    assert.deepEqual(evidence?.details, {
      name: 'agreement.pdf',
      sha256: 'a'.repeat(64),
      signedBy: 'CARLA  canary',
      signedAt,
    });
  });

  it('leaves no word about people in Temporal or in the log', async () => {
    const customer = await api.stranger({ fullName: 'Clara Canary', email: 'canary@example.com' });
    const change = await api.opened(customer);
    const path = `/v1/plan-changes/${change.planChangeId}`;
    await api.post(`${path}/cancel`, { reason: 'The canary flew away' });
    const second = await api.opened(customer);
    await give(second, written(second, { document: { name: 'canary.pdf', sha256: 'b'.repeat(64) } }));
    await api.post(`/v1/customers/${customer.customerId}/notes`, { body: 'canary' });
    const rejected = await api.identify(customer);
    const named = { identificationId: rejected.identificationId, activation: { when: 'immediately' } };
    expectProblem(
      await api.post('/v1/plan-changes', { ...named, planCode: 'Clara Canary' }),
      422,
      'plan-unknown',
    );
    for (const { planChangeId } of [change, second]) {
      const handle = api.worker?.client.workflow.getHandle(`plan-change-${planChangeId}`);
      const history = JSON.stringify(await handle?.fetchHistory());
      const decoded = history.replaceAll(/"data":"([^"]*)"/g, (_, data: string) =>
        Buffer.from(data, 'base64').toString(),
      );
      assert.ok(decoded.includes(planChangeId));
      assert.ok(!/canary/i.test(decoded), planChangeId);
    }
    assert.ok(!/canary/i.test(api.logs.join('')));
  });
});
