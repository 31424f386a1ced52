import assert from 'node:assert/strict';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { evidenceKeys, publishedKeysFile, signingKeyFile } from '../../dev/stack/evidence-keys.ts';
import { StartError } from '../../dev/stack/start-error.ts';
import {
  isSignedBy,
  KeyError,
  publicKeyPem,
  readSigningKey,
  readTrustedKeys,
} from '../../evidence/signing-key.ts';
import { makeTestFolder } from '../support/test-folder.ts';

describe('the signing key of a development system', () => {
  const folder = makeTestFolder();
  after(folder.remove);

  it('is made once, for its owner only, and what it signs is found under its published half', async () => {
    const { signingKey, retired } = await evidenceKeys(folder.path);
    assert.equal((await stat(signingKeyFile(folder.path))).mode & 0o777, 0o600);
    assert.equal((await evidenceKeys(folder.path)).signingKey.keyId, signingKey.keyId);
    assert.deepEqual(retired, []);
    const [published] = readTrustedKeys(await readFile(publishedKeysFile(folder.path), 'utf8'));
    assert.ok(published && isSignedBy(published, 'words', signingKey.sign('words')));
    assert.ok(!isSignedBy(published, 'other words', signingKey.sign('words')));
    assert.ok(!isSignedBy(published, 'words', signingKey.sign('words').toUpperCase()));
  });

  it('is another after its file was taken away, and the old public half stays', async () => {
    const before = await evidenceKeys(folder.path);
    await rm(signingKeyFile(folder.path));
    const after = await evidenceKeys(folder.path);
    assert.notEqual(after.signingKey.keyId, before.signingKey.keyId);
    assert.deepEqual(
      after.retired.map(({ keyId }) => keyId),
      [before.signingKey.keyId],
    );
    assert.equal(readTrustedKeys(await readFile(publishedKeysFile(folder.path), 'utf8')).length, 2);
  });

  it('is never replaced silently: a file that holds none is an error', async () => {
    await writeFile(signingKeyFile(folder.path), 'no key');
    await assert.rejects(evidenceKeys(folder.path), StartError);
  });
});

describe('keys as they are given', () => {
  const folder = makeTestFolder();
  after(folder.remove);

  it('are PEM, PEM in one line, or base64; public ones PEM, base64 or a published list', async () => {
    const { pem, signingKey } = await evidenceKeys(folder.path);
    const base64 = pem.replaceAll(/-----[A-Z ]+-----|\s/g, '');
    for (const given of [pem, pem.replaceAll('\n', '\\n'), base64])
      assert.equal(readSigningKey(given).keyId, signingKey.keyId);
    const { keyId, publicKey } = signingKey;
    const list = JSON.stringify({
      items: [{ keyId: 'whatever it says', publicKey, pem: publicKeyPem(signingKey) }],
    });
    for (const given of [publicKeyPem(signingKey), publicKey, list])
      assert.deepEqual(readTrustedKeys(given), [{ keyId, publicKey }]);
  });

  it('of another kind, or none at all, are refused without being repeated', () => {
    for (const text of [
      '',
      'secret',
      '{"items":[]}',
      '{"items":[{}]}',
      '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----',
    ]) {
      for (const read of [readSigningKey, readTrustedKeys])
        assert.throws(
          () => read(text),
          (error: Error) => error instanceof KeyError && !error.message.includes('secret'),
        );
    }
  });
});
