import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** A public key as it is published: base64 of the SPKI's DER, and the SHA-256 of that DER as its name. */
export interface PublicKey {
  readonly keyId: string;
  readonly publicKey: string;
}

/** The company's Ed25519 key. */
export interface SigningKey extends PublicKey {
  /** @returns the signature of the text's UTF-8 bytes, 128 lower-case hex digits */
  sign(text: string): string;
}

/** A text that holds no usable key. The message says what is expected, never what was found. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** Reads a private key: PKCS8 as PEM (line ends may be written as \n) or as base64. Throws KeyError. */
export function readSigningKey(text: string): SigningKey {
  const key = attempt(() =>
    createPrivateKey(
      text.includes('-----BEGIN')
        ? text.replaceAll('\\n', '\n')
        : { key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' },
    ),
  );
  if (key?.asymmetricKeyType !== 'ed25519')
    throw new KeyError('an Ed25519 private key is expected: PKCS8 as PEM or as base64');
  return {
    ...published(createPublicKey(key)),
    sign: (signed) => sign(null, Buffer.from(signed, 'utf8'), key).toString('hex'),
  };
}

/** Reads a public key: SPKI as PEM or as base64. Throws KeyError. */
export function readPublicKey(text: string): PublicKey {
  const key = attempt(() => keyOf(text));
  if (key?.asymmetricKeyType !== 'ed25519')
    throw new KeyError('an Ed25519 public key is expected: SPKI as PEM or as base64');
  return published(key);
}

/**
 * Reads the keys that a verifier trusts: PEM, one or several; base64; or the JSON of `GET /v1/evidence-keys`.
 * Throws KeyError when there is none.
 */
export function readTrustedKeys(text: string): readonly PublicKey[] {
  const listed = attempt(() => JSON.parse(text) as { items?: { publicKey?: unknown }[] });
  if (Array.isArray(listed?.items) && listed.items.length > 0)
    return listed.items.map(({ publicKey }) => readPublicKey(typeof publicKey === 'string' ? publicKey : ''));
  const pems = text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g);
  return (pems ?? [text.trim()]).map(readPublicKey);
}

/** Whether a signature (128 lower-case hex digits, no other spelling) is this key's, of this text. */
export function isSignedBy(
  { publicKey }: Pick<PublicKey, 'publicKey'>,
  text: string,
  signature: string,
): boolean {
  if (!/^[0-9a-f]{128}$/.test(signature)) return false;
  return (
    attempt(() => verify(null, Buffer.from(text, 'utf8'), keyOf(publicKey), Buffer.from(signature, 'hex'))) ??
    false
  );
}

/** The name of a published key, as it must be; undefined when it is no key or is spelled in another way. */
export function keyIdOf(publicKey: string): string | undefined {
  const key = attempt(() => readPublicKey(publicKey));
  return key?.publicKey === publicKey ? key.keyId : undefined;
}

/** As a PEM file. */
export function publicKeyPem({ publicKey }: Pick<PublicKey, 'publicKey'>): string {
  return keyOf(publicKey).export({ type: 'spki', format: 'pem' }).toString();
}

function published(key: KeyObject): PublicKey {
  const der = key.export({ type: 'spki', format: 'der' });
  return { keyId: createHash('sha256').update(der).digest('hex'), publicKey: der.toString('base64') };
}

function keyOf(text: string): KeyObject {
  return createPublicKey(
    text.includes('-----BEGIN') ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' },
  );
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
