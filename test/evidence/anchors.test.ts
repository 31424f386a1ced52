import assert from 'node:assert/strict';
import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { anchorNotes } from '../../api/daily-anchor.ts';
import { rows } from '../../db/sql.ts';
import { AnchorRowError } from '../../db/stores/note-anchors.ts';
import { appendNote } from '../../db/stores/account-notes.ts';
import { runCheck } from '../../dev/audit/audit.ts';
import type { Check } from '../../dev/audit/check.ts';
import { noteAnchors, type AnchorSource } from '../../dev/audit/checks/note-anchors.ts';
import { notesHashedApart } from '../../dev/audit/checks/notes-hashed-apart.ts';
import { findAnchors } from '../../dev/audit/find-anchors.ts';
import { withConnection } from '../../dev/stack/postgres.ts';
import { AnchorFileError, anchorsInForce, readAnchorFile } from '../../evidence/anchor-file.ts';
import { isStrikeSigned } from '../../evidence/anchor-strike.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { sealAnchor } from '../../evidence/note-anchor.ts';
import { inclusionProof, merkleRoot, rootByProof } from '../../evidence/merkle-tree.ts';
import { newSigningKey } from '../support/api-rig.ts';
import { createRig, workflowBundle, type Rig } from '../support/plan-change-rig.ts';
import { makeTestFolder } from '../support/test-folder.ts';

describe('the daily anchor', () => {
  const key = newSigningKey();
  const root = makeTestFolder();
  let rig: Rig;
  let folder: string;
  let folders = 0;
  let customers: string[];
  const started = Date.now();

  beforeEach(async () => {
    rig = await createRig('anchors');
    folders += 1;
    folder = path.join(root.path, String(folders));
    customers = [await account(), await account()];
  });
  afterEach(() => rig.close());
  after(root.remove);

  const account = async (): Promise<string> => {
    const { customerId } = await rig.account();
    await note(customerId, 'Asked about the price');
    await note(customerId, 'Wants to pay less');
    return customerId;
  };
  const note = (customerId: string, body: string) =>
    appendNote(rig.knex, {
      customerId,
      planChangeId: null,
      kind: 'remark',
      body,
      author: { type: 'system', id: null },
    });
  /** As it would have been taken then: an hour before the test, or days before that. */
  const anchor = (when: 'yesterday' | 'today', anew = false) =>
    anchorNotes({ knex: rig.knex, key, folder }, { now: hoursAgo(when === 'today' ? 1 : 25), anew });
  const hoursAgo = (hours: number): Date => new Date(started - hours * 3_600_000);
  const file = (): string => path.join(folder, 'note-anchors.jsonl');
  const brokenNotes = (customerId: string) =>
    rows(rig.ownerKnex, 'SELECT broken_account_notes(:customerId)', { customerId });
  const runAlone = (check: Check) =>
    withConnection(rig.database.auditorUrl, (client) =>
      runCheck(check, {
        query: async <T extends object>(sql: string, parameters: readonly unknown[] = []) =>
          (await client.query<T>(sql, [...parameters])).rows,
        histories: undefined,
        workflowBundle,
      }),
    );
  const findingsOf = async (check: Check): Promise<{ what: string; customerId?: string }[]> => {
    const report = await runAlone(check);
    assert.equal(report.failure, null);
    return [...report.findings];
  };
  const audited = (source: AnchorSource) => runAlone(noteAnchors(source));
  const auditAnchors = (keys = [key]) => findingsOf(noteAnchors({ folder, keys }));
  const notesApart = () => findingsOf({ id: 'I9', title: 'notes', run: notesHashedApart });
  const said = async (): Promise<string[]> => (await auditAnchors()).map(({ what }) => what);
  const asSuperuser = (sql: string) =>
    rig.ownerKnex.raw(
      `SET session_replication_role = replica; ${sql}; SET session_replication_role = DEFAULT`,
    );
  /** All that a superuser can do: the note is another, and the chain verifies from it to its end. */
  const rewrite = async (customerId: string): Promise<void> => {
    await asSuperuser(
      `UPDATE account_notes SET body = 'Agreed to everything' WHERE customer_id = '${customerId}' AND sequence = 1`,
    );
    await rechain(customerId);
  };
  const rechain = (customerId: string) =>
    rig.ownerKnex.raw(`
      SET session_replication_role = replica;
      DO $$ DECLARE link account_notes; before text := repeat('0', 64); BEGIN
        FOR link IN SELECT * FROM account_notes WHERE customer_id = '${customerId}' ORDER BY sequence LOOP
          link.previous_hash := before;
          before := account_note_hash(link);
          UPDATE account_notes SET previous_hash = link.previous_hash, hash = before WHERE id = link.id;
        END LOOP;
      END $$;
      SET session_replication_role = DEFAULT`);

  it('is taken once per UTC day, by however many at once, and chained to the one before', async () => {
    const taken = await Promise.all([1, 2, 3].map(() => anchor('yesterday')));
    assert.equal(taken.filter(({ made }) => made).length, 1);
    await note(customers[0] ?? '', 'One more');
    assert.equal((await anchor('yesterday')).made, false);
    const { latest, made } = await anchor('today');
    assert.deepEqual([made, latest?.anchor.number, latest?.anchor.accounts], [true, 2, 2]);
    const [first, second] = anchorsInForce(await readAnchorFile(folder));
    assert.deepEqual([first?.heads.length, second?.heads.length], [2, 1]);
    assert.equal((await stat(file())).mode & 0o777, 0o600);
    assert.deepEqual(await auditAnchors(), []);
    assert.deepEqual(await findingsOf(noteAnchors({ folder: file(), keys: [key] })), [], 'the file itself');
    assert.equal((await anchor('today', true)).latest?.anchor.number, 3);
  });

  it('is told as not looked at without the folder, or without a key for its signatures', async () => {
    await anchor('yesterday');
    assert.deepEqual((await audited({ folder: undefined, keys: [key] })).without, ['anchors']);
    assert.deepEqual((await audited({ folder, keys: [] })).without, ['signatures']);
    assert.deepEqual((await audited({ folder, keys: [key] })).without, []);
  });

  it('says nothing before there is a note', async () => {
    await asSuperuser('DELETE FROM account_notes');
    assert.deepEqual(await anchor('yesterday'), { latest: undefined, made: false, appended: 0 });
  });

  it('makes up for a file that was away, and for a line that a crash cut off', async () => {
    await anchor('yesterday');
    const whole = await readFile(file(), 'utf8');
    await rm(file());
    assert.equal((await anchor('yesterday')).appended, 1);
    assert.equal(await readFile(file(), 'utf8'), whole);
    await appendFile(file(), '{"heads":[');
    assert.equal((await anchor('today')).appended, 1);
    assert.equal((await readAnchorFile(folder)).length, 2);
    assert.ok((await readFile(file(), 'utf8')).startsWith(whole));
  });

  it('never changes a line: where file and database differ it refuses and says so', async () => {
    await anchor('yesterday');
    const sealed = await readFile(file(), 'utf8');
    const other = sealed.replace(/"accounts":2/, '"accounts":3');
    await writeFile(file(), other);
    await assert.rejects(
      anchor('today'),
      (error: Error) => error instanceof AnchorFileError && /audit/.test(error.message),
    );
    assert.equal(await readFile(file(), 'utf8'), other);
    const taken = await rows(rig.knex, 'SELECT number FROM note_anchors');
    assert.deepEqual(taken, [{ number: 1 }], 'no row is added that the file could not take');
    await writeFile(file(), `${sealed.trimEnd()} \n`);
    await assert.rejects(anchor('today'), AnchorFileError);
  });

  it('catches a superuser who rewrites a chain so that it verifies by itself', async () => {
    await anchor('yesterday');
    const [honest = '', victim = ''] = customers;
    await note(honest, 'Later, and nothing wrong with that');
    assert.deepEqual(await auditAnchors(), []);
    await rewrite(victim);
    assert.deepEqual(await brokenNotes(victim), [], 'the chain by itself shows nothing');
    const findings = await auditAnchors();
    assert.deepEqual(
      findings.map(({ customerId }) => customerId),
      [victim],
    );
    assert.match(findings[0]?.what ?? '', /is not the one that was anchored/);
  });

  it('knows the notes from before rows had a salt: their chain verifies, and goes on with those that have one', async () => {
    const [customerId = ''] = customers;
    await asSuperuser(`UPDATE account_notes SET salt = NULL WHERE customer_id = '${customerId}'`);
    await rechain(customerId);
    await note(customerId, 'With a salt');
    const chain = await rows<{ salt: string | null; hash: string; row: string }>(
      rig.knex,
      'SELECT salt, hash, account_note_row(n) AS row FROM account_notes n WHERE customer_id = :customerId ORDER BY sequence',
      { customerId },
    );
    assert.deepEqual(
      chain.map(({ salt, row }) => [salt === null, (JSON.parse(row) as unknown[]).length]),
      [...Array.from({ length: 3 }, () => [true, 10]), [false, 11]],
    );
    assert.deepEqual(await brokenNotes(customerId), []);
    assert.deepEqual(await notesApart(), []);
    await asSuperuser(`UPDATE account_notes SET salt = NULL WHERE customer_id = '${customerId}'`);
    assert.equal((await brokenNotes(customerId)).length, 1, 'a salt that was taken away is missed');
    assert.equal((await notesApart()).length, 1);
  });

  it('is over notes whose salt no writer chooses', async () => {
    const [customerId = ''] = customers;
    const salt = '11111111-1111-4111-8111-111111111111';
    await rig.knex.raw(
      `INSERT INTO account_notes (customer_id, kind, body, author_type, salt) VALUES (?, 'remark', 'Mine', 'system', ?)`,
      [customerId, salt],
    );
    assert.deepEqual(
      await rows(rig.knex, 'SELECT 1 FROM account_notes WHERE salt IS NULL OR salt = :salt', { salt }),
      [],
    );
  });

  it('catches one who rewrites the anchors of the database as well, or throws notes away', async () => {
    await anchor('yesterday');
    const [, victim = ''] = customers;
    await rewrite(victim);
    await rig.ownerKnex.raw(`
      SET session_replication_role = replica;
      DELETE FROM note_anchor_heads; DELETE FROM note_anchors;
      SET session_replication_role = DEFAULT`);
    await assert.rejects(anchor('yesterday'), AnchorFileError, 'the file does not go along');
    const findings = await said();
    assert.ok(findings.some((what) => /is not the one that was anchored/.test(what)));
    assert.ok(findings.some((what) => /of the file is not in the database/.test(what)));
    await asSuperuser('DELETE FROM account_notes');
    assert.equal((await auditAnchors()).filter(({ customerId }) => customerId !== undefined).length, 2);
  });

  it('is known to be forged: by another key, with other heads, without one of them', async () => {
    await anchor('yesterday');
    await note(customers[0] ?? '', 'One more');
    await anchor('today');
    const text = await readFile(file(), 'utf8');
    const [first = '', second = ''] = text.split('\n');
    const finds = async (lines: string, what: RegExp, keys = [key]): Promise<void> => {
      await writeFile(file(), lines);
      const findings = (await auditAnchors(keys)).map((found) => found.what);
      assert.ok(
        findings.some((found) => what.test(found)),
        findings.join(),
      );
    };
    await finds(text, /not signed by a key of the company/, [newSigningKey()]);
    await finds(`${second}\n`, /one is missing or was altered/);
    await finds(
      `${first.replace(/"sequence":\d+/, '"sequence":1')}\n`,
      /^the file was altered: the heads of anchor 1\. Put back the shipped copy$/,
    );
  });

  it('is told as altered in the file, and nothing else, when a byte there is another', async () => {
    await anchor('yesterday');
    await note(customers[0] ?? '', 'One more');
    await anchor('today');
    const [first = '', second = ''] = (await readFile(file(), 'utf8')).split('\n');
    const saidOf = async (...lines: string[]): Promise<string[]> => {
      await writeFile(file(), lines.map((line) => `${line}\n`).join(''));
      return said();
    };
    const altered = (where: string) => [`the file was altered: ${where}. Put back the shipped copy`];
    const otherDigit = (line: string, before: RegExp): string => {
      const other = line.replace(
        before,
        (_, kept: string, digit: string) => kept + (digit === '1' ? '2' : '1'),
      );
      assert.notEqual(other, line);
      return other;
    };
    const HEAD = /("hash":")(.)/;
    assert.deepEqual(await saidOf(otherDigit(first, HEAD), second), altered('the heads of anchor 1'));
    assert.deepEqual(
      await saidOf(first, otherDigit(second, /("sequence":)(\d)/)),
      altered('the heads of anchor 2'),
    );
    assert.deepEqual(
      await saidOf(otherDigit(first, /("signature":.*"value":")(.)/), otherDigit(second, HEAD)),
      altered('anchor 1, the heads of anchor 2'),
    );
    for (const member of [/("root":")(.)/, /("previous":")(.)/, /("keyId":")(.)/, /("takenAt":"20)(\d)/])
      assert.deepEqual(await saidOf(first, otherDigit(second, member)), altered('anchor 2'), String(member));
    assert.deepEqual(await saidOf(first, second.replace('{', '[')), [
      'Line 2 of note-anchors.jsonl is no anchor: the file was altered. Put back the shipped copy.',
    ]);
    await rewrite(customers[1] ?? '');
    assert.match(
      (await saidOf(first, otherDigit(second, HEAD))).join('|'),
      /altered.*\|note 3, or one before/,
    );
    assert.match((await saidOf(first, second)).join('|'), /^note 3, or one before it, is not the one/);
  });

  it('is missed in a file that was emptied, cut or deleted', async () => {
    await anchor('yesterday');
    await anchor('today');
    const whole = await readFile(file(), 'utf8');
    const lacks = (anchors: string) =>
      `the file was cut or emptied, or is away: it lacks anchor ${anchors} of the database`;
    await writeFile(file(), '');
    assert.deepEqual(await said(), [lacks('1, 2')]);
    await writeFile(file(), `${whole.split('\n', 1)[0] ?? ''}\n`);
    assert.deepEqual(await said(), [lacks('2')]);
    await rm(folder, { recursive: true });
    assert.deepEqual(await said(), [lacks('1, 2')]);
  });

  it('may be on its way to the file, for minutes', async () => {
    await anchor('yesterday');
    const whole = await readFile(file(), 'utf8');
    await anchorNotes({ knex: rig.knex, key, folder });
    await writeFile(file(), whole);
    assert.deepEqual(await said(), []);
  });

  it('is missed when a day has passed without one, and there are newer notes', async () => {
    assert.deepEqual(await said(), [], 'the notes are of today');
    await anchorNotes({ knex: rig.knex, key, folder }, { now: hoursAgo(27) });
    const overdue =
      /^no anchor was taken for more than 26 hours, and there are newer notes: anchor 1 is the newest$/;
    assert.match((await said()).join('|'), overdue);
    await asSuperuser(`UPDATE account_notes SET created_at = created_at - interval '28 hours'`);
    assert.deepEqual(await said(), [], 'nothing was written since');
    await anchor('today');
    assert.deepEqual(await said(), []);
    await asSuperuser('DELETE FROM note_anchor_heads; DELETE FROM note_anchors');
    await rm(file());
    assert.match((await said()).join('|'), /newer notes: there is none at all$/);
  });

  it('is added by the product’s own role only as the next one, of no day to come, over heads that are', async () => {
    const { latest: first } = await anchor('yesterday');
    assert.ok(first);
    const [customerId = ''] = customers;
    const heads = await rows<{ customerId: string; sequence: number; hash: string }>(
      rig.knex,
      `SELECT customer_id AS "customerId", sequence::int AS sequence, hash FROM account_notes WHERE customer_id = :customerId`,
      { customerId },
    );
    const next = sealAnchor(key, heads.slice(-1), first, hoursAgo(1).toISOString());
    const add = (sealed: string, change: { number?: number; date?: string; moved?: unknown } = {}) =>
      rig.knex.raw('SELECT add_note_anchor(?, ?, ?, ?)', [
        change.number ?? next.anchor.number,
        change.date ?? next.anchor.date,
        sealed,
        JSON.stringify(change.moved ?? heads.slice(-1)),
      ]);
    const day = (takenAt: string) => canonicalJson(sealAnchor(key, heads.slice(-1), first, takenAt));
    const sealed = canonicalJson(next);
    await assert.rejects(
      rig.knex.raw(`INSERT INTO note_anchors (number, anchored_on, sealed) VALUES (2, '9999-12-31', '{}')`),
      { code: '42501' },
    );
    await assert.rejects(
      rig.knex.raw(`INSERT INTO note_anchor_heads SELECT 1, customer_id, 1, hash FROM note_anchor_heads`),
      { code: '42501' },
    );
    const head = { customerId, sequence: 1, hash: 'a'.repeat(64) };
    for (const [attempt, code] of [
      [add(day('9999-12-31T00:00:00.000Z'), { date: '9999-12-31' }), '23514'],
      [add(day('2000-01-01T00:00:00.000Z'), { date: '2000-01-01' }), '23514'],
      [add('{}'), '23514'],
      [add('no JSON'), '22P02'],
      [add(sealed, { number: 3 }), '23514'],
      [add(sealed, { date: first.anchor.date }), '23514'],
      [add(canonicalJson(first), { number: 1, date: first.anchor.date }), '23514'],
      [add(canonicalJson(sealAnchor(key, heads.slice(-1), undefined, hoursAgo(1).toISOString()))), '23514'],
      [add(sealed, { moved: [head] }), '23502'],
      ...[
        sealed.replace('{', '{ '),
        `${sealed}\n`,
        sealed.replace(/"accounts":\d+/, '"accounts":-1'),
        sealed.replace(/"accounts":\d+,/, ''),
        sealed.replace('anchor/1', 'anchor/2'),
        sealed.replace(/"root":"[0-9a-f]{64}"/, '"root":"ab"'),
        sealed.replace(/"takenAt":"[^T]*T/, '"takenAt":"2000-01-01T'),
        sealed.replace(/T\d\d:/, 'T24:'),
        sealed.replace(/"keyId":"[0-9a-f]{64}"/, '"keyId":null'),
        sealed.replace(/"value":"[0-9a-f]{128}"/, `"value":"${'AB'.repeat(64)}"`),
        sealed.replace(/,"signature":.*/, '}'),
        sealed.replace(/\}$/, ',"more":1}'),
      ].map((other) => {
        assert.notEqual(other, sealed);
        return [add(other), '23514'] as const;
      }),
    ] as const)
      await assert.rejects(attempt, { code });
    await add(sealed);
    assert.equal((await anchor('today')).appended, 1);
  });

  /** What the product's own role may do without the company's key. */
  const slipIn = async (): Promise<string> => {
    const [newest] = anchorsInForce(await readAnchorFile(folder));
    const unsigned = canonicalJson(
      sealAnchor(newSigningKey(), [], newest?.sealed, hoursAgo(1).toISOString()),
    );
    await rig.knex.raw(`SELECT add_note_anchor(2, ?, ?, '[]')`, [
      hoursAgo(1).toISOString().slice(0, 10),
      unsigned,
    ]);
    return unsigned;
  };
  /** As the owner of the tables, who is no superuser. */
  const strike = (number: number, reason: string) =>
    withConnection(rig.database.migratorUrl, (client) =>
      client.query('SELECT strike_note_anchor($1, $2)', [number, reason]),
    );

  it('is not chained to one of the right shape that the company did not sign, nor is that shipped', async () => {
    await anchor('yesterday');
    const shipped = await readFile(file(), 'utf8');
    await slipIn();
    for (const anew of [false, true])
      await assert.rejects(
        anchor('today', anew),
        (error: Error) =>
          error instanceof AnchorRowError && /Row 2 .* not signed .* runbook/.test(error.message),
      );
    assert.equal(await readFile(file(), 'utf8'), shipped);
    assert.ok(
      (await said()).includes('row 2 of note_anchors is not signed by a key of the company'),
      (await said()).join(),
    );
  });

  it('that is none is struck out by the owner alone, the newest, with a reason, and stays on record', async () => {
    await anchor('yesterday');
    const slipped = await slipIn();
    await assert.rejects(rig.knex.raw(`SELECT strike_note_anchor(2, 'mine')`), { code: '42501' });
    await assert.rejects(strike(1, 'not the newest'), { code: '23514' });
    await assert.rejects(strike(2, ' '), { code: '23514' });
    await strike(2, 'signed by nobody');
    const [struck] = await rows<{ number: number; sealed: string; reason: string; struck_by: string }>(
      rig.knex,
      'SELECT number, sealed, reason, struck_by FROM struck_note_anchors',
    );
    assert.deepEqual([struck?.number, struck?.sealed, struck?.reason], [2, slipped, 'signed by nobody']);
    assert.equal(struck?.struck_by, new URL(rig.database.migratorUrl).username);
    for (const table of ['note_anchors', 'note_anchor_heads', 'struck_note_anchors'])
      await assert.rejects(rig.ownerKnex.raw(`DELETE FROM ${table}`), { code: '42501' }, table);
    const { latest, appended } = await anchor('today');
    assert.deepEqual(
      [latest?.anchor.number, appended],
      [2, 2],
      'the file tells of the one that it never had',
    );
    assert.deepEqual(await said(), []);
  });

  it('that is in the file is struck out there too, by a line that says when and why, and all goes on', async () => {
    await anchor('yesterday');
    await note(customers[0] ?? '', 'One more');
    // As by a command that does not know that the key has retired.
    await anchor('today');
    const shipped = await readFile(file(), 'utf8');
    await strike(2, 'signed by a key that had retired; decided by the head of operations');
    assert.deepEqual(await said(), [], 'the line may be on its way');
    const { latest, appended } = await anchor('today');
    assert.deepEqual([latest?.anchor.number, appended], [2, 2]);
    const text = await readFile(file(), 'utf8');
    assert.ok(text.startsWith(shipped), 'what was shipped stays');
    const lines = await readAnchorFile(folder);
    const struck = lines.flatMap((line) => ('strike' in line ? [line] : []));
    assert.equal(struck.length, 1);
    const [told] = struck;
    assert.deepEqual(
      [told?.strike.number, told?.strike.reason, told?.strike.struckBy],
      [
        2,
        'signed by a key that had retired; decided by the head of operations',
        new URL(rig.database.migratorUrl).username,
      ],
    );
    assert.ok(told && isStrikeSigned(told, [key]) && !isStrikeSigned(told, [newSigningKey()]));
    assert.deepEqual(
      anchorsInForce(lines).map(({ sealed }) => sealed.anchor.number),
      [1, 2],
    );
    assert.deepEqual(await said(), []);
    assert.deepEqual((await audited({ folder, keys: [key] })).counted, [
      { what: 'anchors that were struck out: the file says of each when and why', n: 1 },
    ]);
    assert.equal((await anchor('today')).appended, 0);
    assert.equal((await anchor('today', true)).latest?.anchor.number, 3);
    await strike(3, 'once more');
    await strike(2, 'and the one before it');
    assert.deepEqual(await said(), []);
    assert.equal((await anchor('today')).appended, 3);
    assert.deepEqual(await said(), []);
    await rm(file());
    assert.equal((await anchor('today')).appended, 5, 'also into a file that is made anew');
    assert.deepEqual(await said(), []);
  });

  it('hides nothing by being struck out: its heads count, and both sides tell of it', async () => {
    await anchor('yesterday');
    const [, victim = ''] = customers;
    await rewrite(victim);
    await strike(1, 'to hide it');
    await anchor('today');
    const rewritten = 'note 3, or one before it, is not the one that was anchored';
    assert.deepEqual(await said(), [rewritten]);
    const text = await readFile(file(), 'utf8');
    await writeFile(file(), text.replace('to hide it', 'it was bad'));
    assert.deepEqual(await said(), [
      'the file was altered: the line by which anchor 1 was struck out. Put back the shipped copy',
      rewritten,
    ]);
    await writeFile(file(), text.split('\n', 1).join('').concat('\n'));
    await asSuperuser(`UPDATE struck_note_anchors SET struck_at = struck_at - interval '16 minutes'`);
    assert.deepEqual(await said(), [
      'anchor 1 was struck out of the database, and the file does not say so: npm run anchor writes it',
      'the file was cut or emptied, or is away: it lacks anchor 1 of the database',
      rewritten,
    ]);
    await writeFile(file(), text);
    await asSuperuser('DELETE FROM struck_note_anchors');
    assert.deepEqual(await said(), [
      'the file says that anchor 1 was struck out, and the database has no word of it',
      rewritten,
    ]);
    await assert.rejects(anchor('today', true), AnchorFileError);
  });

  it('is not chained to one whose heads in the database are not those under its root', async () => {
    await anchor('yesterday');
    await asSuperuser(
      'DELETE FROM note_anchor_heads WHERE customer_id = (SELECT customer_id FROM note_anchor_heads LIMIT 1)',
    );
    await assert.rejects(
      anchor('today'),
      (error: Error) => error instanceof AnchorRowError && /heads of anchor 1 .* audit/.test(error.message),
    );
  });

  it('is not chained to a row that is none: the product stops and the audit says so', async () => {
    await anchor('yesterday');
    await asSuperuser(`ALTER TABLE note_anchors DROP CONSTRAINT note_anchors_as_sealed;
      INSERT INTO note_anchors (number, anchored_on, sealed) VALUES (2, '9999-12-31', '{}')`);
    await assert.rejects(
      anchor('today'),
      (error: Error) =>
        error instanceof AnchorRowError && /^Row 2 of note_anchors .* audit/.test(error.message),
    );
    assert.ok(
      (await said()).includes('row 2 of note_anchors is no anchor, or one before it is missing'),
      (await said()).join(),
    );
  });

  it('of a time to come is found: no other is taken until then', async () => {
    await asSuperuser(
      `INSERT INTO note_anchors (number, anchored_on, sealed) VALUES (1, '9999-12-31', '${canonicalJson(
        sealAnchor(key, [], undefined, '9999-12-31T00:00:00.000Z'),
      )}')`,
    );
    assert.ok(
      (await said()).includes('the newest anchor is of a time to come: none is taken until then'),
      (await said()).join(),
    );
  });

  it('is looked for where the system keeps it, also when nothing is there', async () => {
    const nowhere = path.join(root.path, 'nowhere');
    const found = await findAnchors({}, { DATA_DIR: nowhere });
    assert.deepEqual(found, { folder: path.join(nowhere, 'anchors'), keys: [] });
    const other = await findAnchors({ database: 'postgres://elsewhere/db' }, { DATA_DIR: nowhere });
    assert.equal(other.folder, undefined);
  });

  it('cannot be changed by the product’s own role', async () => {
    await anchor('yesterday');
    for (const table of [
      'note_anchors',
      'note_anchor_heads',
      'account_notes',
      'charges',
      'balance_entries',
      'consents',
      'quotes',
      'terms',
    ]) {
      for (const statement of [`DELETE FROM ${table}`, `TRUNCATE ${table} CASCADE`])
        await assert.rejects(rig.knex.raw(statement), { code: '42501' }, statement);
      const { rows: columns } = await rig.knex.raw<{ rows: { column_name: string }[] }>(
        'SELECT column_name FROM information_schema.columns WHERE table_name = ?',
        [table],
      );
      assert.ok(columns.length > 0);
      for (const { column_name: column } of columns)
        await assert.rejects(
          rig.knex.raw(`UPDATE ${table} SET ${column} = ${column}`),
          { code: '42501' },
          `${table}.${column}`,
        );
    }
  });
});

describe('the tree of an anchor', () => {
  const leaves = fc.array(fc.string(), { minLength: 1, maxLength: 40 });

  it('proves each of its leaves, and nothing else', () => {
    fc.assert(
      fc.property(leaves, fc.nat(), fc.string(), (texts, any, other) => {
        const at = any % texts.length;
        const proof = inclusionProof(texts, at);
        const isProven = (text: string): boolean => rootByProof(text, proof) === merkleRoot(texts);
        return isProven(texts[at] ?? '') && (other === texts[at] || !isProven(other)) && proof.length <= 6;
      }),
      { numRuns: 200 },
    );
  });

  it('has another root for any other leaf, order or number of them', () => {
    const roots = [['a'], ['b'], ['a', 'b'], ['b', 'a'], ['a', 'b', 'b'], ['a', 'b', 'b', 'b'], []].map(
      merkleRoot,
    );
    assert.equal(new Set(roots).size, roots.length);
  });

  it('is that of RFC 6962 (the test vectors of Certificate Transparency)', () => {
    assert.equal(merkleRoot([]), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    assert.equal(merkleRoot(['']), '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
    const eight = ['', '\0', '\x10', ' !', '01', '@ABC', 'PQRSTUVW', '`abcdefghijklmno'];
    assert.equal(merkleRoot(eight), '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
  });
});
