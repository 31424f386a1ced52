import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import {
  evidenceKeys,
  keptEvidenceKeys,
  publishedKeysFile,
  signingKeyFile,
} from '../../dev/stack/evidence-keys.ts';
import { StartError } from '../../dev/stack/start-error.ts';
import {
  countsAt,
  isSignedBy,
  KeyError,
  publicKeyPem,
  readRetiredKey,
  readSigningKey,
  readTrustedKeys,
  retiredKeyText,
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

  it('is another after its file was taken away, and the old public half stays, retired from then on', async () => {
    const before = await evidenceKeys(folder.path);
    const [first, second] = ['2026-01-01T00:00:00Z', '2100-01-01T00:00:00Z'];
    assert.ok(!countsAt(before.signingKey, first) && countsAt(before.signingKey, second));
    await rm(signingKeyFile(folder.path));
    const after = await evidenceKeys(folder.path);
    assert.notEqual(after.signingKey.keyId, before.signingKey.keyId);
    const [retired] = after.retired;
    assert.equal(retired?.keyId, before.signingKey.keyId);
    assert.equal(retired.notBefore, before.signingKey.notBefore);
    assert.equal(retired.notAfter, after.signingKey.notBefore);
    assert.ok(!countsAt(retired, second));
    const published = readTrustedKeys(await readFile(publishedKeysFile(folder.path), 'utf8'));
    const { keyId, publicKey, notBefore } = after.signingKey;
    assert.deepEqual(published, [{ keyId, publicKey, notBefore }, retired]);
    assert.deepEqual((await evidenceKeys(folder.path)).retired, after.retired);
  });

  it('is never replaced silently: a file that holds none is an error', async () => {
    await writeFile(signingKeyFile(folder.path), 'no key');
    await assert.rejects(evidenceKeys(folder.path), StartError);
  });
});

describe('the signing key of a development system, given by its environment', () => {
  const newKey = () => {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { pem, ...readSigningKey(pem) };
  };
  const folders: ReturnType<typeof makeTestFolder>[] = [];
  const dataDir = (): string => {
    const folder = makeTestFolder();
    folders.push(folder);
    return folder.path;
  };
  after(() => {
    for (const { remove } of folders) remove();
  });
  const published = async (dir: string) => readTrustedKeys(await readFile(publishedKeysFile(dir), 'utf8'));
  const refusal = (words: RegExp) => (error: unknown) =>
    error instanceof StartError && error.exitCode === 2 && words.test(`${error.message} ${error.advice}`);
  const since = new Date(Date.now() - 1_000).toISOString();

  it('is kept for its owner only, published beside the one that it retires, and used when none is given', async () => {
    const dir = dataDir();
    const before = await evidenceKeys(dir);
    const given = newKey();
    const env = { EVIDENCE_SIGNING_KEY: given.pem.replaceAll('\n', '\\n'), EVIDENCE_SIGNING_SINCE: since };
    const rotated = await evidenceKeys(dir, { env });
    const { keyId, publicKey, notBefore = '' } = before.signingKey;
    const retired = { keyId, publicKey, notBefore, notAfter: since };
    assert.equal((await stat(signingKeyFile(dir))).mode & 0o777, 0o600);
    assert.deepEqual(await published(dir), [
      { keyId: given.keyId, publicKey: given.publicKey, notBefore: since },
      retired,
    ]);
    for (const keys of [
      rotated,
      await evidenceKeys(dir),
      await keptEvidenceKeys(dir),
      await keptEvidenceKeys(dir, env),
    ])
      assert.deepEqual(
        [keys.signingKey.keyId, keys.signingKey.notBefore, keys.retired],
        [given.keyId, since, [retired]],
      );
    const earlier = { ...retired, notAfter: '2026-11-01T00:00:00Z' };
    const lost = { ...env, EVIDENCE_RETIRED_SIGNERS: retiredKeyText(earlier) };
    assert.deepEqual(
      (await evidenceKeys(dir, { env: lost })).retired,
      [earlier],
      'the end that is given counts',
    );
    assert.deepEqual((await keptEvidenceKeys(dir)).retired, [earlier]);
  });

  it('is refused when it retired, is to come or is none, and then nothing is kept', async () => {
    const dir = dataDir();
    const { pem: old, signingKey } = await evidenceKeys(dir);
    const given = newKey();
    await evidenceKeys(dir, { env: { EVIDENCE_SIGNING_KEY: given.pem } });
    const kept = await published(dir);
    const own = retiredKeyText({ ...given, notAfter: since });
    for (const [env, words] of [
      [{ EVIDENCE_SIGNING_KEY: old }, /is the key [0-9a-f]{16}…, which retired .* Unset it/],
      [
        { EVIDENCE_SIGNING_KEY: given.pem, EVIDENCE_RETIRED_SIGNERS: own },
        /which retired .* give the present key/,
      ],
      [{ EVIDENCE_SIGNING_KEY: newKey().pem, EVIDENCE_SIGNING_SINCE: '2100-01-01T00:00:00Z' }, /is to come/],
      [{ EVIDENCE_SIGNING_KEY: 'secret' }, /Ed25519 private key is expected/],
      [{ EVIDENCE_RETIRED_SIGNERS: own }, /without EVIDENCE_SIGNING_KEY/],
      [{ EVIDENCE_SIGNING_SINCE: since }, /without EVIDENCE_SIGNING_KEY/],
    ] as const)
      await assert.rejects(evidenceKeys(dir, { env }), refusal(words), String(words));
    const check = () => Promise.reject(new StartError('The anchor.', 'Give all.', { exitCode: 2 }));
    await assert.rejects(
      evidenceKeys(dir, { env: { EVIDENCE_SIGNING_KEY: newKey().pem }, check }),
      refusal(/The anchor/),
    );
    await evidenceKeys(dir, { check });
    assert.deepEqual(await published(dir), kept);
    await writeFile(signingKeyFile(dir), old);
    await assert.rejects(evidenceKeys(dir), refusal(/evidence-key\.pem is the key .*retired/));
    await assert.rejects(keptEvidenceKeys(dir), refusal(/retired/));
    assert.equal(signingKey.keyId, readSigningKey(old).keyId);
  });

  it('is not made or replaced by who signs beside a start', async () => {
    const dir = dataDir();
    await assert.rejects(keptEvidenceKeys(dir), refusal(/Run `npm start`/));
    await evidenceKeys(dir);
    const kept = await published(dir);
    const env = { EVIDENCE_SIGNING_KEY: newKey().pem };
    await assert.rejects(
      keptEvidenceKeys(dir, env),
      refusal(/nothing is signed.* Unset EVIDENCE_SIGNING_KEY/),
    );
    assert.deepEqual(await published(dir), kept);
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

  it('say until when they signed once they do no more, and from when where that is known', async () => {
    const { signingKey } = await evidenceKeys(folder.path);
    const { keyId, publicKey } = signingKey;
    const [notBefore, notAfter] = ['2025-03-01T00:00:00Z', '2026-11-24T12:00:00Z'];
    for (const key of [
      { keyId, publicKey, notAfter },
      { keyId, publicKey, notBefore, notAfter },
    ]) {
      assert.deepEqual(readRetiredKey(retiredKeyText(key)), key);
      assert.deepEqual(readTrustedKeys(JSON.stringify({ items: [{ notBefore: null, ...key }] })), [key]);
    }
    const key = readRetiredKey(`${publicKey}@${notBefore}/${notAfter}`);
    assert.deepEqual(
      [notBefore, '2026-11-24T11:59:59.999Z', notAfter, '2025-02-28T23:59:59Z'].map((at) =>
        countsAt(key, at),
      ),
      [true, true, false, false],
    );
    for (const text of [
      publicKey,
      `${publicKey}@`,
      `${publicKey}@2026-11-24`,
      `${publicKey}@now`,
      `secret@${notAfter}`,
    ])
      assert.throws(() => readRetiredKey(text), KeyError, text);
    for (const wrong of [{ notAfter: 'secret' }, { notBefore: 5 }])
      assert.throws(() => readTrustedKeys(JSON.stringify({ items: [{ publicKey, ...wrong }] })), KeyError);
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
