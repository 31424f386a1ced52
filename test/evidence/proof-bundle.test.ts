import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { page } from '../../api/schemas/common.ts';
import { anchorNotes } from '../../api/daily-anchor.ts';
import { rows } from '../../db/sql.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { noteRowHash } from '../../evidence/note-hash.ts';
import { readSealedAnchor, sealAnchor, sealedHash } from '../../evidence/note-anchor.ts';
import { sealStrike } from '../../evidence/anchor-strike.ts';
import { anchorsInForce, readAnchorFile, type FileLine } from '../../evidence/anchor-file.ts';
import { runChecks } from '../../evidence/all-checks.ts';
import {
  publicKeyPem,
  readTrustedKeys,
  type PublicKey,
  type SigningKey,
} from '../../evidence/signing-key.ts';
import { PRODUCT } from '../../evidence/product.ts';
import { bundleJson } from '../../evidence/seal.ts';
import { verifyEvidence } from '../../evidence/verify.ts';
import type { EvidenceBundle, EvidencePayload } from '../../evidence/payload.ts';
import { EXIT_CODE, formatVerification } from '../../dev/verify-evidence-words.ts';
import { assertDocumented } from '../api/documented.ts';
import { expectProblem } from '../api/expect-problem.ts';
import { createApiRig, newSigningKey, verbalConsent, type ApiRig } from '../support/api-rig.ts';
import { agreementOf, askForConsent, customerAt, PRODUCT_TEMPLATES } from '../support/customer-mails.ts';
import { eventually } from '../support/eventually.ts';
import { stageChange } from '../support/staged-change.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import {
  altered,
  assertSound,
  companyKey,
  failures,
  isSound,
  pageOf,
  recordOf,
  signedAgain,
  verified,
} from './bundles.ts';
import packageJson from '../../package.json' with { type: 'json' };

const publishedKey = z.looseObject({
  keyId: z.string(),
  current: z.boolean(),
  notBefore: z.string().nullable(),
  notAfter: z.string().nullable(),
});

describe('proof bundles', () => {
  const folder = makeTestFolder();
  let api: ApiRig;
  let customer: TestAccount;
  /** Applied, and confirmed: agreed to in a call, after a requote. */
  let applied: string;
  /** Agreed to by a link, under the anchor of the day. */
  let linked: string;

  before(async function () {
    this.timeout(120_000);
    api = await createApiRig('proof bundles', { templates: PRODUCT_TEMPLATES });
    customer = await api.stranger({ planCode: 'fiber-complete' });
    const { planChangeId } = await api.opened(customer, { planCode: 'phone-basic' });
    applied = planChangeId;
    const changePath = `/v1/plan-changes/${applied}`;
    const requoted = JSON.parse((await api.post(`${changePath}/requote`, {})).text) as {
      quote: { hash: string };
    };
    await api.post(`${changePath}/consent`, verbalConsent(requoted.quote.hash));
    await completed(applied);
    await api.post(`${changePath}/confirmation`, { explained: ['The plan is active'], channel: 'phone' });

    const other = await api.stranger();
    linked = (await api.opened(other)).planChangeId;
    await customerAt(api, await askForConsent(api, linked)).submit(agreementOf(other));
    await completed(linked);
    await anchorNotes({
      knex: api.deps.knex,
      key: companyKey(api),
      folder: path.join(folder.path, 'anchors'),
    });
  });
  after(async () => {
    await api.close();
    folder.remove();
  });

  const completed = (planChangeId: string) =>
    eventually(
      async () => {
        const { status } = JSON.parse(
          (await api.get(`/v1/plan-changes/${planChangeId}`, { as: 'ops' })).text,
        ) as {
          status: string;
        };
        return status === 'completed' ? true : undefined;
      },
      { what: 'the change completed' },
    );

  describe('of a change', () => {
    it('are a page that reads like an exhibit and a record, both sound, with everything in them', async () => {
      const html = await pageOf(api, applied);
      assertSound(verified(api, html));
      const { bundle, text } = await recordOf(api, applied);
      assertSound(verified(api, text));
      const { payload } = bundle;
      assert.deepEqual(
        payload.quotes.map(({ revision }) => revision),
        [1, 2],
      );
      assert.deepEqual(
        [payload.consents.length, payload.ledger.charges.length, payload.ledger.balance.length],
        [1, 3, 1],
      );
      assert.equal(
        payload.mails.find(({ kind }) => kind === 'summary')?.recipient,
        `${customer.email.slice(0, 1)}***@example.com`,
      );
      assert.ok(payload.change.confirmedAt);
      for (const word of [
        customer.fullName,
        customer.accountNumber,
        'rec-2026-11-24-000123',
        'Do you agree?',
        'consent accepted',
        payload.quotes[1]?.hash ?? '',
      ])
        assert.ok(html.includes(word), word);
      assert.match(html, /is in the recording, which by its entry ended \d+ \w+ \d{4}, [\d:.]+ \(UTC/);
      for (const secret of [customer.email, customer.serviceAddress])
        assert.ok(!html.includes(secret) && !text.includes(secret));
      assert.doesNotMatch(html, /<script|src=|@import|url\(/);
    });

    it('hold what the page of a link showed, who typed what, from where, and the anchor of the chain', async () => {
      const { bundle, text } = await recordOf(api, linked);
      assertSound(verified(api, text));
      const [consent] = bundle.payload.consents;
      const { details, link } = consent?.evidence ?? {};
      const shown = details?.['shown'] as { words: string };
      assert.match(shown.words, /Fiber Plus[^]*\n[^]*agree/);
      assert.equal(details?.['typedName'], bundle.payload.customer.fullName);
      assert.ok(details['clientAddress'] && link?.usedAt);
      const row = verified(api, text).rows.find(({ title }) => title.startsWith('Anchor'));
      assert.equal(row?.outcome, 'pass');
      assert.ok(bundle.payload.anchor && bundle.payload.anchor.sealed.anchor.accounts >= 2);
    });

    it('state the price before and after with the next bill, and which hash covers them, to be made by hand', async () => {
      const html = await pageOf(api, linked);
      const finding = /<p class="finding[^]*?<\/p>/.exec(html)?.[0] ?? '';
      assert.match(finding, /from .+, \d+\.\d\d USD a month, to .+, \d+\.\d\d USD a month, from/);
      assert.match(finding, /By the quote agreed to the next bill is \d+\.\d\d USD on/);
      assert.match(html, /Price before<.*USD a month<[^]*Price from then on<.*USD a month<[^]*Record hash</);
      const [, record = ''] = /<pre class="quote-record">([^]*?)<\/pre>/.exec(html) ?? [];
      const text = record.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
      assert.match(text, /"price":\{"amount":"\d+\.\d\d","currency":"USD"\}.*"nextBillMinor":"\d+"/);
      const hash = createHash('sha256').update(text).digest('hex');
      assert.match(html, new RegExp(`<strong>quoted</strong><br>.* record ${hash}\\.`));
    });

    it('are there in every status, and say what there is', async () => {
      const waiting = await api.opened(await api.stranger());
      const [declined, scheduled] = [
        await api.opened(await api.stranger()),
        await api.changeOf(await api.stranger(), { activation: { when: 'end_of_cycle' } }),
      ];
      await api.post(`/v1/plan-changes/${declined.planChangeId}/decline`, { reason: 'Too much' });
      const refused = await api.opened(await api.stranger());
      await customerAt(api, await askForConsent(api, refused.planChangeId)).send({
        decision: 'decline',
        reason: 'Too dear',
      });
      const suspended = await api.stranger();
      const held = await api.opened(suspended);
      await api.rig
        .ownerKnex('customers')
        .where({ id: suspended.customerId })
        .update({ status: 'suspended' });
      await api.post(`/v1/plan-changes/${held.planChangeId}/consent`, verbalConsent(held.quote?.hash ?? ''));
      const says: [string, RegExp][] = [
        [waiting.planChangeId, /No consent to the current quote is on record, and nothing was charged/],
        [
          declined.planChangeId,
          /declined the offer to \S+ \(agent\), who wrote it down.*Nothing was charged/,
        ],
        [declined.planChangeId, /<h3>Declined [^]*no recording of it is named[^]*Too much/],
        [
          refused.planChangeId,
          /<h3>Declined [^]*the customer, on the page of a consent link[^]*Too dear[^]*Link marked as used/,
        ],
        [
          scheduled.planChangeId,
          /agreed in a recorded call \(recording \S+, as the agent entered it\), .* Nothing of it stands on the account/,
        ],
        [held.planChangeId, /on hold; not applied/],
      ];
      for (const [id, words] of says) {
        const html = await pageOf(api, id);
        assertSound(verified(api, html));
        assert.match(html, words);
        assert.doesNotMatch(html, /declined[^]*No answer to this quote is on record/);
      }
    });

    it('keep a consent that a newer quote made void, as void', async () => {
      const { planChangeId, quote } = await api.changeOf(await api.stranger(), {
        activation: { when: 'end_of_cycle' },
      });
      const again = JSON.parse(
        (
          await api.post(`/v1/plan-changes/${planChangeId}/reschedule`, {
            activation: { when: 'immediately' },
          })
        ).text,
      ) as { quote: { hash: string } };
      await api.post(`/v1/plan-changes/${planChangeId}/consent`, verbalConsent(again.quote.hash));
      const { bundle, text } = await recordOf(api, planChangeId);
      assertSound(verified(api, text));
      assert.deepEqual(
        bundle.payload.consents.map(({ quoteHash, superseded }) => [quoteHash, superseded]),
        [
          [quote?.hash, true],
          [again.quote.hash, false],
        ],
      );
    });

    it('tell what was taken back: every line with its reversal, and that nothing stands', async () => {
      const change = await stageChange(api.rig, {
        account: { planCode: 'fiber-complete' },
        input: { planCode: 'phone-basic' },
      });
      const consent = await change.consent();
      await change.run('activatePlan', change.activation(consent));
      const { revision } = change.quote;
      const stop = {
        planChangeId: change.planChangeId,
        revision,
        consent: null,
        causes: ['seeded'],
        now: change.now,
      };
      await change.run('compensateActivation', { ...stop, to: { status: 'failed' } });
      const { bundle, text } = await recordOf(api, change.planChangeId);
      assertSound(verified(api, text));
      assert.deepEqual([bundle.payload.ledger.charges.length, bundle.payload.ledger.balance.length], [6, 2]);
      const html = await pageOf(api, change.planChangeId);
      assert.match(
        html,
        /Nothing of it stands on the account: the change is failed; what was applied was taken back/,
      );
      const half = signedAgain(bundle, companyKey(api), ({ ledger }) => ledger.charges.pop());
      assert.deepEqual(failures(verified(api, half)), ['Charges']);
    });

    it('state nothing that the record contradicts: the page says what does not hold, and is signed all the same', async () => {
      const { planChangeId } = await api.changeOf(await api.stranger());
      await completed(planChangeId);
      const exact = /exactly what was quoted was charged|are what was quoted/;
      assert.match(await pageOf(api, planChangeId), exact);
      await api.rig.ownerKnex.raw(
        `INSERT INTO charges SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'line_no', 9,
           'amount_minor', 99900, 'description', 'Extra service'))).*
         FROM charges c WHERE plan_change_id = ? AND kind = 'charge' LIMIT 1`,
        [planChangeId],
      );
      for (const as of ['agent', 'auditor'] as const) {
        const html = await pageOf(api, planChangeId, as);
        assert.doesNotMatch(html, exact);
        assert.match(html, /This record contradicts itself\.[^]*what was charged is not what was quoted/);
        assert.match(
          html,
          /agreed in a recorded call \(recording \S+, as the agent entered it\), .* does not establish that what was charged is what was agreed to/,
        );
        const verification = verified(api, html);
        assert.deepEqual(
          [verification.verdict, failures(verification)],
          ['contradictory', ['Charges', 'Own results']],
        );
      }
    });

    it('are given out also when the newest anchor is none of the company: without it, and unsound by that', async () => {
      const [newest] = await rows<{ number: number; sealed: string }>(
        api.deps.knex,
        'SELECT number, sealed FROM note_anchors ORDER BY number DESC LIMIT 1',
      );
      const takenAt = new Date().toISOString();
      const slipped = sealAnchor(newSigningKey(), [], readSealedAnchor(newest?.sealed ?? ''), takenAt);
      const { number, date } = slipped.anchor;
      await api.deps.knex.raw(`SELECT add_note_anchor(?, ?, ?, '[]')`, [
        number,
        date,
        canonicalJson(slipped),
      ]);
      const { bundle, text } = await recordOf(api, linked);
      assert.equal(bundle.payload.anchor, null);
      assert.deepEqual(failures(verified(api, text)), ['Anchor', 'Own results']);
      const page = await pageOf(api, linked);
      assert.match(page, /This record contradicts itself[^]*none that the company signed[^]*not established/);
      await api.rig.ownerKnex.raw('SELECT strike_note_anchor(?, ?)', [number, 'signed by nobody']);
      assertSound(verified(api, await pageOf(api, linked)));
    });

    it('show of other changes of the account only the hashes', async () => {
      const account = await api.stranger();
      const first = await api.opened(account);
      await api.post(`/v1/plan-changes/${first.planChangeId}/cancel`, { reason: 'Secret of another change' });
      const second = await api.changeOf(account);
      const { bundle, text } = await recordOf(api, second.planChangeId);
      assertSound(verified(api, text));
      assert.ok(bundle.payload.chain.some(({ note }) => note === null));
      assert.ok(!text.includes('Secret of another change') && !text.includes(first.planChangeId));
    });
  });

  describe('go to', () => {
    it('whoever has an own identification that holds, and auditors; not ops', async () => {
      const evidence = `/v1/plan-changes/${applied}/evidence`;
      await api.rig
        .ownerKnex('identifications')
        .where({ customer_id: customer.customerId })
        .update({ expires_at: api.rig.ownerKnex.raw(`verified_at + interval '1 millisecond'`) });
      for (const as of ['agent', 'supervisor'] as const)
        expectProblem(await api.get(evidence, { as }), 404, 'not-found');
      expectProblem(await api.get(evidence, { as: 'ops' }), 403, 'role-not-allowed');
      await api.identify(customer);
      await pageOf(api, applied, 'agent');
      for (const id of ['nothing', '019b1f6e-7c1a-7b5e-9a53-2f5f4f1d8c11'])
        expectProblem(await api.get(`/v1/plan-changes/${id}/evidence`, { as: 'auditor' }), 404, 'not-found');
    });

    it('auditors masked, and every hash of the matter still verifies', async () => {
      for (const id of [applied, linked]) {
        const { customer: named } = (await recordOf(api, id)).bundle.payload;
        for (const text of [await pageOf(api, id, 'auditor'), (await recordOf(api, id, 'auditor')).text]) {
          const verification = verified(api, text);
          assertSound(verification);
          const open = verification.rows
            .filter(({ outcome }) => outcome === 'open')
            .map(({ title }) => title);
          assert.ok(
            open.every((title) =>
              ['Mails', 'Anchor', 'Entries', 'Links'].includes(title.split(':', 1)[0] ?? ''),
            ),
            open.join(),
          );
          for (const name of [named.fullName, named.accountNumber, '***@'])
            assert.ok(!text.includes(name), name);
        }
      }
    });

    it('auditors with notes as they read them elsewhere: contact data masked, the hash kept, the chain followed', async () => {
      const account = await api.stranger();
      const { planChangeId } = await api.opened(account);
      const said = `${account.fullName}, ${account.serviceAddress}, ${account.email}, +1 (415) 555-0142`;
      await api.post(`/v1/plan-changes/${planChangeId}/cancel`, { reason: said });
      const { bundle: full } = await recordOf(api, planChangeId);
      const { bundle, text } = await recordOf(api, planChangeId, 'auditor');
      const html = await pageOf(api, planChangeId, 'auditor');
      for (const personal of [account.fullName, account.serviceAddress, account.email, '555-0142'])
        assert.ok(!text.includes(personal) && !html.includes(personal), personal);
      assert.match(html, /<span class="tag void">masked<\/span><br>[^<]*\*\*\*, \*\*\*, \*\*\*, \*\*\*/);
      assertSound(verified(api, text));
      assertSound(verified(api, html));
      const hashes = ({ payload }: EvidenceBundle) => payload.chain.map(({ hash }) => hash);
      assert.deepEqual(hashes(bundle), hashes(full));
      assert.deepEqual(
        bundle.payload.chain.map(({ note }) => note?.masked ?? false),
        full.payload.chain.map(({ note }) => note?.body.includes('555-0142') ?? false),
      );
      const [own] = full.payload.chain.filter(({ note }) => note?.body.includes('555-0142'));
      const [shown] = bundle.payload.chain.filter(({ note }) => note?.masked);
      const { customerId } = full.payload.customer;
      assert.ok(own?.note?.salt && shown?.note && !text.includes(own.note.salt));
      assert.equal(noteRowHash(customerId, own.sequence, own.note), shown.rowHash);
      const tried = noteRowHash(customerId, own.sequence, { ...shown.note, body: own.note.body });
      assert.notEqual(tried, shown.rowHash, 'who guesses the words is not told so');
      const row = verified(api, text).rows.find(({ title }) => title.startsWith('Notes: hashes'));
      assert.match(row?.details.join() ?? '', /1 note of this change is masked in this copy/);

      const another = (hash?: string) =>
        signedAgain(bundle, companyKey(api), ({ chain }) => {
          const link = chain.find(({ note }) => note?.kind === 'identified');
          Object.assign(link!.note!, { masked: true, body: `${link!.note!.body} ***` });
          link!.hash = hash ?? link!.hash;
        });
      assertSound(verified(api, another()));
      assert.deepEqual(failures(verified(api, another('ab'.repeat(32)))), ['Notes']);
      const hidden = signedAgain(full, companyKey(api), ({ chain }) => {
        chain.find(({ note }) => note?.kind === 'cancelled')!.note!.masked = true;
      });
      assert.deepEqual(failures(verified(api, hidden)), ['Notes']);
    });

    it('nobody without the signing key: 503 that says what to do', async () => {
      const unsigned = await api.another({ signingKey: null });
      const answer = await unsigned.get(`/v1/plan-changes/${applied}/evidence`);
      const { detail } = expectProblem(answer, 503, 'evidence-key-missing');
      assert.match(detail, /EVIDENCE_SIGNING_KEY/);
      assert.ok(answer.headers.get('retry-after'));
      const keys = await unsigned.get('/v1/evidence-keys', { as: null });
      assert.deepEqual(JSON.parse(keys.text), { items: [], nextCursor: null });
    });

    it('whoever checks them finds the keys published, without a key of their own', async () => {
      const answer = await api.get('/v1/evidence-keys', { as: null });
      assertDocumented(api, 'listEvidenceKeys', answer);
      const { items } = answer.read(page(publishedKey));
      assert.deepEqual(
        items.map(({ keyId, current, notBefore, notAfter }) => [keyId, current, notBefore, notAfter]),
        [[companyKey(api).keyId, true, null, null]],
      );
      assertSound(verifyEvidence(Buffer.from(await pageOf(api, applied)), readTrustedKeys(answer.text)));
    });

    it('say in the OpenAPI document and in the answer what they are', async () => {
      const accepted = await api.get(`/v1/plan-changes/${applied}/evidence`, {
        as: 'auditor',
        headers: { accept: 'application/json' },
      });
      assertDocumented(api, 'getEvidence', accepted);
      const html = await api.get(`/v1/plan-changes/${applied}/evidence`, { as: 'auditor' });
      assertDocumented(api, 'getEvidence', html);
      assert.match(html.headers.get('content-security-policy') ?? '', /default-src 'none'/);
      assert.equal(html.headers.get('cache-control'), 'no-store');
      assert.equal(PRODUCT.version, packageJson.version);
    });
  });

  describe('that were changed', () => {
    let bundle: EvidenceBundle;
    let html: string;
    before(async () => {
      ({ bundle } = await recordOf(api, applied));
      html = await pageOf(api, linked);
    });

    it('are not sound, whichever byte it is, in page and record', async () => {
      const record = (await recordOf(api, linked)).text;
      for (const text of [html, record]) {
        const bytes = Buffer.from(text);
        fc.assert(
          fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
            const changed = Buffer.from(bytes);
            changed.writeUInt8(changed.readUInt8(at) ^ bits, at);
            return verifyEvidence(changed, [companyKey(api)]).verdict !== 'sound';
          }),
          { numRuns: 150 },
        );
      }
    });

    it('nor with anything put in, wherever it is, in page and record', async () => {
      const record = (await recordOf(api, linked)).text;
      const comment = '<!-- saved from url=(0052)x--><script>alert(1)</script><!-- -->';
      const texts = fc.oneof(
        fc.string({ minLength: 1, unit: 'binary' }),
        fc.constantFrom(
          comment,
          '<script>alert(1)</script>',
          '<p>Paid.</p>',
          ' ',
          '\n',
          ',"paid":true',
          '\ufeff',
        ),
      );
      for (const text of [html, record]) {
        // Half of them where a file is most often touched: around its tags and members.
        const seams = [...text.matchAll(/[<>{},\n]/g)].map(({ index }) => index);
        const places = fc.oneof(fc.nat(text.length), fc.constantFrom(0, text.length, ...seams));
        fc.assert(
          fc.property(places, texts, (at, put) => {
            const spoilt = `${text.slice(0, at)}${put}${text.slice(at)}`;
            return !isSound(api, spoilt);
          }),
          { numRuns: 60, examples: [['<!DOCTYPE html>'.length, comment]] },
        );
      }
    });

    it('nor when something is cut off, added, or left of the page but not of the record', () => {
      const spoilt = [
        html.slice(0, -1),
        `${html} `,
        html.replace('<main>', '<main><p>Paid.</p>'),
        html.slice(0, html.length / 2),
        '',
        '{}',
        'null',
        '\0',
      ];
      for (const text of spoilt) assert.ok(!isSound(api, text), text.slice(0, 40));
      const charged = html.replace('What was charged</h2>', 'What was paid</h2>');
      assert.notEqual(charged, html);
      assert.deepEqual(failures(verified(api, charged)), ['File']);
    });

    it('also by a browser that writes the page anew: then it says how to save it', () => {
      const saved = html
        .replace(
          '<!DOCTYPE html>',
          '<!DOCTYPE html>\n<!-- saved from url=(0052)https://api.example/v1/plan-changes/1/evidence -->\n',
        )
        .replace('<head>', '<head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8">');
      const verification = verified(api, saved);
      assert.deepEqual([verification.verdict, failures(verification)], ['changed', ['File']]);
      assert.match(verification.rows[0]?.details.join() ?? '', /save it as “HTML only”/);
    });

    it('and signed again by somebody else are caught by the company’s key, and only by it', () => {
      const forged = signedAgain(bundle, newSigningKey(), ({ ledger }) => {
        ledger.charges.length = 3;
      });
      assert.deepEqual(failures(verified(api, forged)), ['Signer']);
      assert.equal(verified(api, forged).verdict, 'foreign');
      for (const text of [forged, html]) {
        const alone = verifyEvidence(Buffer.from(text), undefined);
        assert.equal(alone.verdict, 'signer-unknown');
        const signer = alone.rows.find(({ title }) => title.startsWith('Signer'));
        assert.equal(signer?.outcome, 'unknown');
        assert.match(signer.details.join(), /not established: .* anybody could have signed this/);
      }
      const dressed = altered(bundle, () => undefined);
      dressed.signature = { ...dressed.signature, publicKey: newSigningKey().publicKey };
      assert.ok(failures(verified(api, bundleJson(dressed))).includes('Signature'));
    });

    it('and files and anchors of a key count only while it did', () => {
      const { generatedAt, anchor } = bundle.payload;
      const text = Buffer.from(bundleJson(bundle));
      const { keyId, publicKey } = companyKey(api);
      const later = (instant: string, ms: number) => new Date(Date.parse(instant) + ms).toISOString();
      const by = (bounds: Partial<Record<'notBefore' | 'notAfter', string>>) =>
        verifyEvidence(text, [{ keyId, publicKey, ...bounds }]);
      const within = by({ notBefore: later(generatedAt, -60_000), notAfter: later(generatedAt, 1) });
      assert.ok(!failures(within).includes('Signer'));
      const signer = within.rows.find(({ title }) => title.startsWith('Signer'));
      assert.match(signer?.details.join() ?? '', /retired .*: the company can make this file again/);
      for (const bounds of [{ notBefore: later(generatedAt, 1) }, { notAfter: generatedAt }]) {
        const outside = by(bounds);
        assert.ok(failures(outside).includes('Signer'));
        assert.equal(outside.verdict, 'foreign');
      }
      const takenAt = anchor?.sealed.anchor.takenAt ?? '';
      assert.deepEqual(failures(by({ notBefore: later(takenAt, 1) })), ['Anchor']);
    });

    it('and an anchor of a key that was not given is not established, which is no contradiction and never sound', () => {
      const [before, present, stranger] = [companyKey(api), newSigningKey(), newSigningKey()];
      const afterRotation = signedAgain(bundle, present, () => undefined);
      const by = (text: string, keys: readonly PublicKey[]) => verifyEvidence(Buffer.from(text), keys);
      assertSound(by(afterRotation, [present, before]));
      const withOne = by(afterRotation, [present]);
      assert.deepEqual([withOne.verdict, failures(withOne)], ['anchor-signer-unknown', []]);
      assert.equal(EXIT_CODE[withOne.verdict], 2);
      assert.match(formatVerification(withOne), /^ {2}\? {3}Anchor: [^]*all keys of .*\/v1\/evidence-keys/m);
      const anchoredBy = (key: SigningKey, claimed = key.keyId) =>
        signedAgain(bundle, present, ({ anchor }) => {
          assert.ok(anchor);
          const { sealed } = anchor;
          const value = key.sign(canonicalJson(sealed.anchor));
          anchor.sealed = { ...sealed, signature: { keyId: claimed, value } };
        });
      assert.equal(by(anchoredBy(stranger), [present, before]).verdict, 'anchor-signer-unknown');
      for (const keyId of [before.keyId, present.keyId])
        assert.equal(by(anchoredBy(stranger, keyId), [present, before]).verdict, 'contradictory');
      const allOfTheirs = signedAgain(bundle, stranger, ({ anchor }) => {
        assert.ok(anchor);
        anchor.sealed = sealAnchor(stranger, [anchor.head], undefined, anchor.sealed.anchor.takenAt);
      });
      assert.equal(by(allOfTheirs, [present, before]).verdict, 'foreign');
      const worse = signedAgain(bundle, present, ({ anchor }) => {
        assert.ok(anchor);
        anchor.head.hash = 'ab'.repeat(32);
      });
      assert.equal(by(worse, [present]).verdict, 'contradictory');
      const whenSigned = runChecks({ payload: bundle.payload, keys: [present] });
      assert.match(
        whenSigned.find(({ id }) => id === 'anchor')?.problems.join() ?? '',
        /none of those given/,
      );
    });

    /** Each is signed again by the company itself: what a bundle says must also hold together. */
    const wrongs: readonly (readonly [string, string, (payload: EvidencePayload) => void])[] = [
      [
        'the price of a line',
        'Quotes',
        ({ quotes }) => replaceIn(quotes[1], 'canonicalJson', '.00"', '.01"'),
      ],
      [
        'the net and its hash',
        'Quotes',
        ({ quotes }) => replaceIn(quotes[1], 'hash', /^./, (digit) => (digit === 'f' ? '0' : 'f')),
      ],
      ['what is due', 'Amounts', ({ quotes }) => (quotes[1]!.dueNow = { amount: '1.00', currency: 'USD' })],
      [
        'a currency that is none',
        'Words',
        ({ quotes }) => (quotes[1]!.dueNow = { amount: '1.00', currency: 'TSD' }),
      ],
      ['the effective date', 'Quotes', ({ change }) => (change.activation.date = '2030-01-01')],
      ['the terms', 'Terms', ({ terms }) => replaceIn(terms[0], 'body', 'fee', 'tax')],
      ['the terms, and their hash', 'Quotes', ({ terms }) => (terms[0]!.sha256 = 'ab'.repeat(32))],
      ['an earlier quote left out', 'Quotes', ({ quotes }) => quotes.shift()],
      [
        'a price a month that nobody named',
        'Words',
        ({ quotes }) => (quotes[1]!.basis!.to.price.amount = '77.77'),
      ],
      ['the words of the script', 'Words', ({ quotes }) => (quotes[1]!.script.text = 'Do you agree?')],
      [
        'the quote that was agreed to',
        'Consents',
        ({ consents, quotes }) => (consents[0]!.evidence.quoteHash = quotes[0]!.hash),
      ],
      ['the consent left out', 'Charges', ({ consents }) => (consents.length = 0)],
      [
        'when it was agreed to',
        'Consents',
        ({ consents, quotes }) => (consents[0]!.acceptedAt = quotes[1]!.expiresAt),
      ],
      ['a consent after the activation', 'Charges', ({ change }) => (change.appliedAt = change.openedAt)],
      [
        'a recording that was not announced',
        'Consents',
        ({ consents }) => (consents[0]!.evidence.details['announced'] = false),
      ],
      ['what was charged', 'Charges', ({ ledger }) => (ledger.charges[1]!.amount.amount = '99.00')],
      ['a line left out', 'Charges', ({ ledger }) => ledger.charges.pop()],
      ['what went to the balance', 'Charges', ({ ledger }) => (ledger.balance.length = 0)],
      ['a note', 'Notes', ({ chain }) => (chain.findLast(({ note }) => note)!.note!.body += '!')],
      ['a note left out', 'Notes', ({ chain }) => chain.splice(2, 1)],
      [
        'the last note left out',
        'Notes',
        ({ chain }) =>
          chain.splice(
            chain.findIndex(({ note }) => note?.kind === 'confirmed'),
            9,
          ),
      ],
      [
        'a note turned into a bare hash',
        'Notes',
        ({ chain }) => (chain.find(({ note }) => note?.kind === 'consent_accepted')!.note = null),
      ],
      ['the text of a mail', 'Mails', ({ mails }) => (mails[0]!.text += ' PS')],
      ['the head that was anchored', 'Anchor', ({ anchor }) => (anchor!.head.sequence -= 1)],
      ['the root of the anchor', 'Anchor', ({ anchor }) => (anchor!.sealed.anchor.root = 'ab'.repeat(32))],
      ['the course', 'Course', ({ change }) => change.transitions.shift() && change.transitions.reverse()],
      [
        'a link that no mail brought',
        'Links',
        ({ links, quotes, change }) =>
          links.push({
            linkId: change.planChangeId,
            mailId: change.planChangeId,
            quoteHash: quotes[1]!.hash,
            createdAt: quotes[1]!.createdAt,
            expiresAt: quotes[1]!.expiresAt,
            usedAt: null,
          }),
      ],
      ['an agent who is not named', 'People', ({ agents }) => (agents.length = 0)],
      [
        'two agents of one name',
        'People',
        ({ agents, change }) => agents.push({ ...agents[0]!, agentId: change.planChangeId }),
      ],
      [
        'the agent who identified',
        'Course',
        ({ identification }) => (identification.agentId = identification.identificationId),
      ],
    ];
    for (const [what, finds, alter] of wrongs) {
      it(`by ${what}: signed again by the company it fails under “${finds}”, else by the signature too`, () => {
        const found = failures(verified(api, signedAgain(bundle, companyKey(api), alter)));
        assert.ok(found.includes(finds), found.join());
        assert.ok(!found.includes('Signature') && !found.includes('File'));
        assert.ok(failures(verified(api, bundleJson(altered(bundle, alter)))).includes('Signature'));
      });
    }

    it('by the name typed on the page, or the page itself', async () => {
      const { bundle: byLink } = await recordOf(api, linked);
      const details = (payload: EvidencePayload) => payload.consents[0]!.evidence.details;
      const renamed = signedAgain(
        byLink,
        companyKey(api),
        (payload) => (details(payload)['typedName'] = 'Somebody Else'),
      );
      assert.deepEqual(failures(verified(api, renamed)), ['Consents', 'Records']);
      const reworded = signedAgain(byLink, companyKey(api), (payload) => {
        (details(payload)['shown'] as { words: string }).words = 'It is free.';
      });
      assert.deepEqual(failures(verified(api, reworded)), ['Words', 'Records']);
    });
  });

  it('are compared with the file of anchors: another anchor, another chain, one that is left out', async () => {
    const { bundle, text } = await recordOf(api, linked);
    const lines = anchorsInForce(await readAnchorFile(path.join(folder.path, 'anchors')));
    const number = bundle.payload.anchor?.sealed.anchor.number;
    const compared = (record: string, given = lines) =>
      verifyEvidence(Buffer.from(record), [companyKey(api)], given);
    assert.equal(compared(text).verdict, 'sound');
    assert.equal(
      compared(
        text,
        lines.filter(({ sealed }) => sealed.anchor.number !== number),
      ).verdict,
      'anchor-unknown',
    );
    const anew = lines.map((line) => ({
      ...line,
      sealed: sealAnchor(companyKey(api), line.heads.slice(1), undefined, line.sealed.anchor.takenAt),
    }));
    assert.deepEqual(failures(compared(text, anew)), ['Shipped anchors']);
    const other = lines.map((line) => ({
      ...line,
      heads: line.heads.map((head) => ({ ...head, hash: 'ab'.repeat(32) })),
    }));
    assert.deepEqual(failures(compared(text, other)), ['Shipped anchors']);
    const struck = {
      number: number ?? 0,
      hash: sealedHash(bundle.payload.anchor?.sealed ?? assert.fail()),
      reason: 'the key had retired',
      struckAt: '2026-01-02T00:00:00.000000Z',
      struckBy: 'migrator',
    };
    const struckBy = (key: SigningKey) => [...lines, sealStrike(key, struck, '2026-01-02T00:01:00.000Z')];
    const comparedWith = (given: readonly FileLine[]) =>
      verifyEvidence(Buffer.from(text), [companyKey(api)], given);
    const disowned = comparedWith(struckBy(companyKey(api)));
    assert.equal(disowned.verdict, 'anchor-unknown');
    assert.match(
      JSON.stringify(disowned.rows),
      /not established: anchor \d+ was struck out on 2026-01-02, “the key had retired”/,
    );
    assert.equal(comparedWith(struckBy(newSigningKey())).verdict, 'sound', 'not struck by the company');
    const without = signedAgain(bundle, companyKey(api), (payload) => {
      payload.anchor = null;
      payload.chain.splice(payload.chain.findLastIndex(({ note }) => note !== null) + 1);
    });
    assertSound(verified(api, without));
    assert.deepEqual(failures(compared(without)), ['Shipped anchors']);
  });

  it('are checked from the command line: a table, and a verdict in plain words with its exit code', async () => {
    const text = await pageOf(api, linked);
    const inFolder = (name: string): string => path.join(folder.path, name);
    await writeFile(inFolder('key.pem'), publicKeyPem(companyKey(api)));
    await writeFile(inFolder('bundle.html'), text);
    await writeFile(inFolder('spoilt.html'), text.replace('What was sent', 'What was lost'));
    await writeFile(inFolder('printed.pdf'), '%PDF-1.7\n');
    await writeFile(
      inFolder('saved.mhtml'),
      'From: <Saved by Blink>\r\nContent-Type: multipart/related;\r\n',
    );
    await writeFile(inFolder('empty.html'), '');
    const key = ['--public-key', inFolder('key.pem')];
    const anchors = ['--anchors', inFolder('anchors/note-anchors.jsonl')];
    const others = ['printed.pdf', 'saved.mhtml', 'empty.html', 'none.html', 'anchors'].map(inFolder);
    const [sound, unknown, several, wrongKey] = await Promise.all([
      command([inFolder('bundle.html'), ...key, '--anchors', inFolder('anchors')], folder.path),
      command([inFolder('bundle.html')], folder.path),
      command([inFolder('bundle.html'), inFolder('spoilt.html'), ...others, ...key, ...anchors], folder.path),
      command([inFolder('bundle.html'), '--public-key', inFolder('bundle.html')], folder.path),
    ]);
    assert.equal(sound.code, 0, sound.out);
    assert.ok(
      sound.out.startsWith(`Keys of the company, from ${inFolder('key.pem')}\n  ${companyKey(api).keyId}\n`),
    );
    assert.match(
      sound.out,
      /^PASS {2}Signature: [^]*^PASS {2}Shipped anchors: [^]*Checks: \d+ passed, 0 failed[^]*^SOUND: the company signed/m,
    );
    assert.equal(unknown.code, 2, unknown.out);
    assert.match(unknown.out, /^Keys of the company: none were given$/m);
    assert.match(unknown.out, /^ {2}\? {3}Signer: .* not established[^]*^SIGNER NOT ESTABLISHED: .*anybody/m);
    assert.equal(several.code, 1);
    const [, first = '', spoilt = '', printed = '', saved = '', empty = ''] = several.out.split(/^== .*$/m);
    assert.match(first, /^SOUND: /m);
    assert.match(spoilt, /^FAIL {2}File: .*changed at line \d+: the file has ".*What was lost/m);
    assert.match(spoilt, /, 1 failed, [^]*^NOT SOUND, CHANGED: /m);
    assert.match(printed, /is a PDF[^]*^NOT A PROOF BUNDLE/m);
    assert.match(saved, /web archive .*“HTML only”/);
    assert.match(empty, /is empty\. Save/);
    assert.match(
      several.err,
      /none\.html: there is no such file\. Look[^]*anchors: is a folder\. Name the file/,
    );
    assert.deepEqual([wrongKey.code, wrongKey.out], [2, '']);
    assert.match(wrongKey.err, /bundle\.html: holds no usable key .*evidence-keys answers/);
  });
});

function replaceIn<K extends string>(
  row: Record<K, string> | undefined,
  name: K,
  from: string | RegExp,
  to: string | ((found: string) => string),
): void {
  assert.ok(row);
  const before = row[name];
  row[name] = before.replace(from, typeof to === 'string' ? () => to : to);
  assert.notEqual(row[name], before, 'the alteration alters something');
}

async function command(
  args: readonly string[],
  dataDir: string,
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const program = ['--import', 'tsx', 'dev/verify-evidence.ts', ...args];
    execFile(process.execPath, program, { env: { ...process.env, DATA_DIR: dataDir } }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}
