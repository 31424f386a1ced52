import assert from 'node:assert/strict';
import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { anchorNotes } from '../../api/daily-anchor.ts';
import { rows } from '../../db/sql.ts';
import { appendNote } from '../../db/stores/account-notes.ts';
import { runCheck } from '../../dev/audit/audit.ts';
import { noteAnchors } from '../../dev/audit/checks/note-anchors.ts';
import { withConnection } from '../../dev/stack/postgres.ts';
import { AnchorFileError, readAnchorFile } from '../../evidence/anchor-file.ts';
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
  const anchor = (date: string, anew = false) =>
    anchorNotes({ knex: rig.knex, key, folder }, { now: new Date(`${date}T12:00:00Z`), anew });
  const file = (): string => path.join(folder, 'note-anchors.jsonl');
  const auditAnchors = async (keys = [key]): Promise<{ what: string; customerId?: string }[]> => {
    const report = await withConnection(rig.database.auditorUrl, (client) =>
      runCheck(noteAnchors({ folder, keys }), {
        query: async <T extends object>(sql: string, parameters: readonly unknown[] = []) =>
          (await client.query<T>(sql, [...parameters])).rows,
        histories: undefined,
        workflowBundle,
      }),
    );
    assert.equal(report.failure, null);
    return [...report.findings];
  };
  /** All that a superuser can do: the note is another, and the chain verifies from it to its end. */
  const rewrite = (customerId: string) =>
    rig.ownerKnex.raw(`
      SET session_replication_role = replica;
      UPDATE account_notes SET body = 'Agreed to everything' WHERE customer_id = '${customerId}' AND sequence = 1;
      DO $$ DECLARE link account_notes; before text := repeat('0', 64); BEGIN
        FOR link IN SELECT * FROM account_notes WHERE customer_id = '${customerId}' ORDER BY sequence LOOP
          link.previous_hash := before;
          before := account_note_hash(link);
          UPDATE account_notes SET previous_hash = link.previous_hash, hash = before WHERE id = link.id;
        END LOOP;
      END $$;
      SET session_replication_role = DEFAULT`);

  it('is taken once per UTC day, by however many at once, and chained to the one before', async () => {
    const taken = await Promise.all([1, 2, 3].map(() => anchor('2026-11-24')));
    assert.equal(taken.filter(({ made }) => made).length, 1);
    await note(customers[0] ?? '', 'One more');
    assert.equal((await anchor('2026-11-24')).made, false);
    const { latest, made } = await anchor('2026-11-25');
    assert.deepEqual([made, latest?.anchor.number, latest?.anchor.accounts], [true, 2, 2]);
    const [first, second] = await readAnchorFile(folder);
    assert.deepEqual([first?.heads.length, second?.heads.length], [2, 1]);
    assert.equal((await stat(file())).mode & 0o777, 0o600);
    assert.deepEqual(await auditAnchors(), []);
    assert.equal((await anchor('2026-11-25', true)).latest?.anchor.number, 3);
  });

  it('says nothing before there is a note', async () => {
    await rig.ownerKnex.raw(
      `SET session_replication_role = replica; DELETE FROM account_notes; SET session_replication_role = DEFAULT`,
    );
    assert.deepEqual(await anchor('2026-11-24'), { latest: undefined, made: false, appended: 0 });
  });

  it('makes up for a file that was away, and for a line that a crash cut off', async () => {
    await anchor('2026-11-24');
    const whole = await readFile(file(), 'utf8');
    await rm(file());
    assert.equal((await anchor('2026-11-24')).appended, 1);
    assert.equal(await readFile(file(), 'utf8'), whole);
    await appendFile(file(), '{"heads":[');
    assert.equal((await anchor('2026-11-25')).appended, 1);
    assert.equal((await readAnchorFile(folder)).length, 2);
    assert.ok((await readFile(file(), 'utf8')).startsWith(whole));
  });

  it('never changes a line: where file and database differ it refuses and says so', async () => {
    await anchor('2026-11-24');
    const sealed = await readFile(file(), 'utf8');
    const other = sealed.replace(/"accounts":2/, '"accounts":3');
    await writeFile(file(), other);
    await assert.rejects(
      anchor('2026-11-25'),
      (error: Error) => error instanceof AnchorFileError && /audit/.test(error.message),
    );
    assert.equal(await readFile(file(), 'utf8'), other);
    await writeFile(file(), `${sealed.trimEnd()} \n`);
    await assert.rejects(anchor('2026-11-25'), AnchorFileError);
  });

  it('catches a superuser who rewrites a chain so that it verifies by itself', async () => {
    await anchor('2026-11-24');
    const [honest = '', victim = ''] = customers;
    await note(honest, 'Later, and nothing wrong with that');
    assert.deepEqual(await auditAnchors(), []);
    await rewrite(victim);
    const broken = await rows(rig.ownerKnex, 'SELECT 1 FROM broken_account_notes(:victim)', { victim });
    assert.deepEqual(broken, [], 'the chain by itself shows nothing');
    const findings = await auditAnchors();
    assert.deepEqual(
      findings.map(({ customerId }) => customerId),
      [victim],
    );
    assert.match(findings[0]?.what ?? '', /is not the one that was anchored/);
  });

  it('catches one who rewrites the anchors of the database as well, or throws notes away', async () => {
    await anchor('2026-11-24');
    const [, victim = ''] = customers;
    await rewrite(victim);
    await rig.ownerKnex.raw(`
      SET session_replication_role = replica;
      DELETE FROM note_anchor_heads; DELETE FROM note_anchors;
      SET session_replication_role = DEFAULT`);
    await assert.rejects(anchor('2026-11-24'), AnchorFileError, 'the file does not go along');
    const said = (await auditAnchors()).map(({ what }) => what);
    assert.ok(said.some((what) => /is not the one that was anchored/.test(what)));
    assert.ok(said.some((what) => /of the file is not in the database/.test(what)));
    await rig.ownerKnex.raw(
      `SET session_replication_role = replica; DELETE FROM account_notes; SET session_replication_role = DEFAULT`,
    );
    assert.equal((await auditAnchors()).filter(({ customerId }) => customerId !== undefined).length, 2);
  });

  it('is known to be forged: by another key, with other heads, without one of them', async () => {
    await anchor('2026-11-24');
    await note(customers[0] ?? '', 'One more');
    await anchor('2026-11-25');
    const text = await readFile(file(), 'utf8');
    const [first = '', second = ''] = text.split('\n');
    const finds = async (lines: string, what: RegExp, keys = [key]): Promise<void> => {
      await writeFile(file(), lines);
      const said = (await auditAnchors(keys)).map((found) => found.what);
      assert.ok(
        said.some((found) => what.test(found)),
        said.join(),
      );
    };
    await finds(text, /not signed by a key of the company/, [newSigningKey()]);
    await finds(`${second}\n`, /one is missing or was altered/);
    await finds(
      `${first.replace(/"sequence":\d+/, '"sequence":1')}\n`,
      /other heads in the file than under its root/,
    );
  });

  it('cannot be changed by the product’s own role', async () => {
    await anchor('2026-11-24');
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
