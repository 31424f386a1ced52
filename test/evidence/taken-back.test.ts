import assert from 'node:assert/strict';
import type { EvidenceBundle, EvidencePayload } from '../../evidence/payload.ts';
import { planChange } from '../../api/schemas/plan-changes.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { createApiRig, verbalConsent, type ApiRig } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { assertSound, companyKey, failures, pageOf, recordOf, signedAgain, verified } from './bundles.ts';

describe('proof bundles of what was taken back', () => {
  let api: ApiRig;
  /** Applied under its second quote, with a surplus. */
  let applied: EvidenceBundle;

  before(async function () {
    this.timeout(120_000);
    api = await createApiRig('taken back');
    const customer = await api.stranger({ planCode: 'fiber-complete' });
    const { planChangeId } = await api.opened(customer, { planCode: 'phone-basic' });
    const path = `/v1/plan-changes/${planChangeId}`;
    const requoted = JSON.parse((await api.post(`${path}/requote`, {})).text) as { quote: { hash: string } };
    await api.post(`${path}/consent`, verbalConsent(requoted.quote.hash));
    await completed(planChangeId);
    const { bundle, text } = await recordOf(api, planChangeId);
    assertSound(verified(api, text));
    applied = bundle;
  });
  after(() => api.close());

  const completed = (planChangeId: string) =>
    eventually(
      async () => {
        const row = api.rig.knex('plan_changes').where({ id: planChangeId });
        const { status } = await row.first<{ status: string }>('status');
        return status === 'completed' ? true : undefined;
      },
      { what: 'the change completed' },
    );
  const problemsOf = (text: string): string[] =>
    verified(api, text).rows.flatMap(({ outcome, details }) => (outcome === 'fail' ? details : []));

  const minus = (amount: string): string => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`);
  /** The line or entry at the start of the ledger, taken back. */
  const taken = <T extends { amount: { amount: string; currency: string } }>(one: T | undefined) => {
    assert.ok(one);
    return { ...one, reversal: true, amount: { ...one.amount, amount: minus(one.amount.amount) } };
  };
  const wrongs: readonly (readonly [string, RegExp, (payload: EvidencePayload) => void])[] = [
    [
      'money taken from the balance by an earlier quote',
      /the balance entry of quote 1 was taken back and had never been posted/,
      ({ ledger }) => ledger.balance.push({ ...taken(ledger.balance[0]), quoteRevision: 1 }),
    ],
    [
      'money of an earlier quote left on the balance',
      /the balance entry of quote 1 stands, and that quote is not in force/,
      ({ ledger }) => ledger.balance.push({ ...ledger.balance[0]!, quoteRevision: 1 }),
    ],
    [
      'the surplus on the balance of another customer',
      /the balance entry of quote 2 is of another customer/,
      ({ ledger, change }) => (ledger.balance[0]!.customerId = change.planChangeId),
    ],
    [
      'a line that takes back nothing',
      /line 9 of quote 2 was taken back and had never been posted/,
      ({ ledger }) => ledger.charges.push({ ...taken(ledger.charges[0]), lineNo: 9 }),
    ],
    [
      'a surplus that was taken back in part',
      /the balance entry of quote 2 was not taken back whole/,
      ({ ledger }) =>
        ledger.balance.push({ ...taken(ledger.balance[0]), amount: { amount: '-0.01', currency: 'USD' } }),
    ],
    [
      'a surplus that was taken back, of which no note tells',
      /what was posted for quote 2 was taken back, and no note tells of it/,
      ({ ledger }) => ledger.balance.push(taken(ledger.balance[0])),
    ],
    [
      'another currency',
      /line 1 of quote 2 is in another currency than the change/,
      ({ ledger }) => (ledger.charges[0]!.amount.currency = 'EUR'),
    ],
  ];
  for (const [what, says, alter] of wrongs) {
    it(`are not sound with ${what}, though the company signs it`, () => {
      const text = signedAgain(applied, companyKey(api), alter);
      assert.ok(failures(verified(api, text)).includes('Charges'));
      assert.match(problemsOf(text).join('\n'), says);
    });
  }

  it('are not sound with a balance entry of a change that was never applied', async () => {
    const { planChangeId } = await api.opened(await api.stranger());
    const { bundle, text } = await recordOf(api, planChangeId);
    assertSound(verified(api, text));
    const charged = signedAgain(bundle, companyKey(api), ({ ledger }) =>
      ledger.balance.push({ ...taken(applied.payload.ledger.balance[0]), quoteRevision: 1 }),
    );
    assert.match(problemsOf(charged).join('\n'), /the balance entry of quote 1 was taken back and had never/);
  });

  describe('by a later change, or replaced by one', () => {
    let account: TestAccount;
    /** Applied, and taken back by `reverting`, which another agent opened. */
    let reverted: string;
    let reverting: string;
    let replaced: string;
    let replacing: string;

    before(async function () {
      this.timeout(120_000);
      account = await api.stranger();
      reverted = (await api.changeOf(account)).planChangeId;
      await completed(reverted);
      const { identificationId } = await api.identify(account, 'supervisor');
      const path = `/v1/plan-changes/${reverted}/revert`;
      const body = { identificationId, activation: { when: 'immediately' } };
      const opened = (await api.post(path, body, { as: 'supervisor' })).read(planChange);
      reverting = opened.planChangeId;
      const before = await recordOf(api, reverted);
      assertSound(verified(api, before.text));
      assert.match(
        await pageOf(api, reverted),
        /was to take this one back\. It was not applied when this file was made: it was offered; waits for/,
      );
      await api.agreed(opened, 'supervisor');
      await completed(reverting);

      const other = await api.stranger();
      replaced = (await api.opened(other)).planChangeId;
      replacing = (await api.opened(other, { planCode: 'fiber-complete', replaces: replaced })).planChangeId;
    });

    const agentOf = async (planChangeId: string): Promise<string> => {
      const one = api.rig.knex('plan_changes').where({ id: planChangeId });
      return (await one.first<{ agent_id: string }>('agent_id')).agent_id;
    };
    const laterOf = ({ payload }: EvidenceBundle) =>
      payload.laterChanges.map(({ how, planChangeId, openedBy }) => [how, planChangeId, openedBy]);

    for (const as of ['agent', 'auditor'] as const) {
      it(`say so to the ${as}: who took it back, when, and that the lines are not all there is`, async () => {
        const { bundle, text } = await recordOf(api, reverted, as);
        const html = await pageOf(api, reverted, as);
        assertSound(verified(api, text));
        assertSound(verified(api, html));
        const supervisor = await agentOf(reverting);
        assert.notEqual(supervisor, await agentOf(reverted));
        assert.deepEqual(laterOf(bundle), [['reverts', reverting, supervisor]]);
        assert.ok(bundle.payload.laterChanges[0]?.appliedAt);
        const row = verified(api, text).rows.find(({ title }) => title.startsWith('Later changes'));
        assert.deepEqual([row?.outcome, row?.details], ['pass', ['1 later change']]);
        assert.doesNotMatch(html, /lines (stand|stood) on the account/);
        const by = `plan change <code>${reverting}</code>, opened [^<]*by dev-supervisor \\(supervisor\\), was applied`;
        assert.match(html, new RegExp(`<p class="finding open">[^]*It was taken back later: ${by} `));
        assert.match(html, new RegExp(`id="charged"[^]*The change was taken back later: ${by} `));
        assert.match(html, new RegExp(`completed; taken back later by plan change <code>${reverting}<`));
        assert.match(html, new RegExp(`Plan change ${reverting} was applied: this one was taken back`));
      });

      it(`say so to the ${as}: what took its place`, async () => {
        const { bundle, text } = await recordOf(api, replaced, as);
        const html = await pageOf(api, replaced, as);
        assertSound(verified(api, text));
        assertSound(verified(api, html));
        assert.deepEqual(laterOf(bundle), [['replaces', replacing, await agentOf(replacing)]]);
        assert.match(
          html,
          new RegExp(`cancelled before it was applied: plan change <code>${replacing}</code> took its`),
        );
        assert.match(
          html,
          new RegExp(`Plan change <code>${replacing}</code>, opened .* took the place of this one\\.`),
        );
      });
    }

    it('say that the lines stand, as of the file, where nothing took them back', async () => {
      assert.match(
        await pageOf(api, reverting),
        /When this file was made these lines stood on the account\./,
      );
      const { bundle } = await recordOf(api, reverting);
      assert.deepEqual(laterOf(bundle), []);
    });

    const anotherId = (id: string): string => id.replace(/^./, (digit) => (digit === 'a' ? 'b' : 'a'));
    const later = ({ laterChanges }: EvidencePayload) => laterChanges[0]!;
    const lies: readonly (readonly [
      'reverted' | 'replaced',
      string,
      RegExp,
      (payload: EvidencePayload) => void,
    ])[] = [
      [
        'replaced',
        'the change that took its place left out',
        /the change that took the place of this one, of which a note tells, is missing/,
        ({ laterChanges }) => (laterChanges.length = 0),
      ],
      [
        'replaced',
        'another agent as the one who replaced it',
        /the note of plan change \S+ names another agent/,
        (payload) => (later(payload).openedBy = payload.change.planChangeId),
      ],
      [
        'replaced',
        'another time of its replacement',
        /this change did not end as plan change \S+ began/,
        (payload) => (later(payload).openedAt = payload.change.openedAt),
      ],
      [
        'reverted',
        'another agent as the one who took it back',
        /the note of plan change \S+ names another agent/,
        (payload) => (later(payload).openedBy = payload.change.openedBy),
      ],
      [
        'reverted',
        'a taking back that is said not to be applied',
        /whether plan change \S+ is applied is not as its notes tell/,
        (payload) => (later(payload).appliedAt = null),
      ],
      [
        'reverted',
        'a taking back that by its note is of another change',
        /by its note plan change \S+ takes back another one/,
        (payload) => {
          const { note } = payload.chain.find((link) => link.note?.body.includes('takes back')) ?? {};
          note!.body = note!.body.replace(/(?<=takes back plan change )\S+/, anotherId);
        },
      ],
      [
        'reverted',
        'a change that took it back, and no note of it',
        /no note tells of plan change \S+, which is said to take this one back/,
        (payload) => (later(payload).planChangeId = anotherId(payload.change.planChangeId)),
      ],
    ];
    for (const [which, what, says, alter] of lies) {
      it(`are not sound with ${what}, though the company signs it`, async () => {
        const { bundle } = await recordOf(api, which === 'reverted' ? reverted : replaced);
        const text = signedAgain(bundle, companyKey(api), alter);
        assert.ok(failures(verified(api, text)).includes('Later changes'));
        assert.match(problemsOf(text).join('\n'), says);
      });
    }

    it('are not sound with the taking back left out while its notes are there', async () => {
      const { bundle } = await recordOf(api, reverted);
      const left = signedAgain(bundle, companyKey(api), ({ laterChanges }) => (laterChanges.length = 0));
      assert.deepEqual(failures(verified(api, left)), ['Notes']);
    });
  });
});
