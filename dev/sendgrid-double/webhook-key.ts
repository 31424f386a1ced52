import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writePrivateFile } from '../stack/private-file.ts';

/** The pair that event webhooks are signed with. */
export interface WebhookKey {
  readonly privateKey: KeyObject;
  /** As SendGrid shows its verification key: base64 of the SPKI's DER, in one line. */
  readonly verificationKey: string;
}

/**
 * The ECDSA P-256 pair of a PEM file (mode 0600), made at the first call and the same ever after. A file that
 * holds no such key is replaced: nobody else has it.
 */
export async function webhookKey(file: string): Promise<WebhookKey> {
  const kept = await readKey(file);
  if (kept) return keyOf(kept);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writePrivateFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return keyOf(privateKey);
}

async function readKey(file: string): Promise<KeyObject | undefined> {
  let pem: string;
  try {
    pem = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}

function keyOf(privateKey: KeyObject): WebhookKey {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { privateKey, verificationKey: spki.toString('base64') };
}
