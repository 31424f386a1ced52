import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  KeyError,
  readSigningKey,
  readTrustedKeys,
  type PublicKey,
  type SigningKey,
} from '../../evidence/signing-key.ts';
import { writePrivateFile, writePrivateJson } from './private-file.ts';
import { StartError } from './start-error.ts';

/** The private key of a development system. */
export function signingKeyFile(dataDir: string): string {
  return path.join(dataDir, 'evidence-key.pem');
}

/** The public keys that signed there and when, as `GET /v1/evidence-keys` answers them. */
export function publishedKeysFile(dataDir: string): string {
  return path.join(dataDir, 'evidence-keys.json');
}

/** Where a development system ships its anchors to. */
export function anchorFolder(dataDir: string): string {
  return path.join(dataDir, 'anchors');
}

export interface EvidenceKeys {
  readonly signingKey: SigningKey;
  readonly pem: string;
  /** Keys that signed before, without the present one. */
  readonly retired: readonly PublicKey[];
}

/**
 * The key of DATA_DIR/evidence-key.pem (mode 0600), made at the first start and the same ever after. To rotate it,
 * delete the file: the next start makes another, and the public half of the old one stays in evidence-keys.json,
 * retired from that start on.
 * A file that holds no such key is an error: what it signed must stay provable.
 */
export async function evidenceKeys(dataDir: string): Promise<EvidenceKeys> {
  const file = signingKeyFile(dataDir);
  const now = new Date().toISOString();
  let pem = await textOf(file);
  const isNew = pem === undefined;
  if (pem === undefined) {
    const { privateKey } = generateKeyPairSync('ed25519');
    pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await writePrivateFile(file, pem);
  }
  const published = await textOf(publishedKeysFile(dataDir));
  const known =
    published === undefined ? [] : keyOf(publishedKeysFile(dataDir), () => readTrustedKeys(published));
  const { keyId } = keyOf(file, () => readSigningKey(pem));
  const since = isNew ? now : known.find((key) => key.keyId === keyId)?.notBefore;
  const signingKey = readSigningKey(pem, since);
  const retired = known.filter((key) => key.keyId !== keyId).map((key) => ({ notAfter: now, ...key }));
  const items = [signingKey, ...retired].map(({ keyId, publicKey, notBefore, notAfter }) => ({
    keyId,
    publicKey,
    notBefore,
    notAfter,
  }));
  await writePrivateJson(publishedKeysFile(dataDir), { items });
  return { signingKey, pem, retired };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function keyOf<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new StartError(
      `${file} cannot be used: ${error.message}.`,
      'Put the right file back, or move it away: another key is then made.',
    );
  }
}
