import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { anchorNotes } from '../../api/daily-anchor.ts';
import { appendNote } from '../../db/stores/account-notes.ts';
import { AnchorSignerError } from '../../db/stores/note-anchors.ts';
import { rows } from '../../db/sql.ts';
import { checkNewestAnchor } from '../../dev/stack/newest-anchor.ts';
import { anchorFolder, evidenceKeys } from '../../dev/stack/evidence-keys.ts';
import { StartError } from '../../dev/stack/start-error.ts';
import { readSigningKey } from '../../evidence/signing-key.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { makeTestFolder } from '../support/test-folder.ts';

describe('npm run anchor, and the keys it signs with', function () {
  this.timeout(120_000);
  const folder = makeTestFolder();
  let rig: Rig;
  before(async () => {
    rig = await createRig('anchor command');
    const { customerId } = await rig.account();
    await appendNote(rig.knex, {
      customerId,
      planChangeId: null,
      kind: 'remark',
      body: 'Asked about the price',
      author: { type: 'system', id: null },
    });
  });
  after(async () => {
    await rig.close();
    folder.remove();
  });

  const newPem = (): string =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signers = async () => {
    const found = await rows<{ sealed: string }>(
      rig.ownerKnex,
      'SELECT sealed FROM note_anchors ORDER BY number',
    );
    return found.map(
      ({ sealed }) => (JSON.parse(sealed) as { signature: { keyId: string } }).signature.keyId,
    );
  };
  const command = (env: NodeJS.ProcessEnv): Promise<{ code: number; said: string }> =>
    new Promise((resolve) => {
      const program = ['--import', 'tsx', 'dev/anchor.ts', '--now', '--database', rig.database.appUrl];
      const all = { ...process.env, DATA_DIR: folder.path, ANCHOR_DIR: '', ...env };
      execFile(process.execPath, program, { env: all }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), said: out + err }),
      );
    });

  it('are the present ones: with a key from before the rotation it is refused, and signs nothing', async () => {
    const [old, present] = [newPem(), newPem()];
    const presentKey = readSigningKey(present);
    await anchorNotes({ knex: rig.knex, key: presentKey, folder: anchorFolder(folder.path) });
    await evidenceKeys(folder.path, { env: { EVIDENCE_SIGNING_KEY: present } });
    const older = await command({ EVIDENCE_SIGNING_KEY: old });
    assert.deepEqual([older.code, await signers()], [2, [presentKey.keyId]], older.said);
    assert.match(older.said, /Nothing is signed\. Run it with EVIDENCE_SIGNING_KEY, .*evidence-keys lists/);
    const byKept = await command({});
    assert.deepEqual([byKept.code, await signers()], [0, [presentKey.keyId, presentKey.keyId]], byKept.said);
  });

  it('are not those of a start by which the newest anchor does not count', async () => {
    const { signingKey } = await evidenceKeys(folder.path);
    const other = readSigningKey(newPem());
    const check = (keys: Parameters<typeof checkNewestAnchor>[1]) =>
      checkNewestAnchor(rig.database.appUrl, keys);
    await check({ signingKey, retired: [] });
    const now = new Date().toISOString();
    await check({ signingKey: other, retired: [{ ...signingKey, notAfter: now }] });
    for (const retired of [[], [{ ...signingKey, notAfter: '2026-01-01T00:00:00Z' }]])
      await assert.rejects(
        check({ signingKey: other, retired }),
        (error: unknown) =>
          error instanceof StartError && error.exitCode === 2 && error.message.includes(signingKey.keyId),
      );
  });

  it('sign nothing before they count', async () => {
    const { pem, signingKey } = await evidenceKeys(folder.path);
    const before = await signers();
    const later = readSigningKey(pem, '2100-01-01T00:00:00Z');
    await assert.rejects(
      anchorNotes({ knex: rig.knex, key: later, retired: [signingKey], folder: folder.path }, { anew: true }),
      AnchorSignerError,
    );
    assert.deepEqual(await signers(), before);
  });
});
