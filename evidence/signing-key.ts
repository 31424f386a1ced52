import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/**
 * A public key as it is published: base64 of the SPKI's DER, the SHA-256 of that DER as its name, and the instants
 * from which and until which what it signs counts; without them there is no bound.
 */
export interface PublicKey {
  readonly keyId: string;
  readonly publicKey: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
}

/** The company's Ed25519 key. */
export interface SigningKey extends PublicKey {
  /** @returns the signature of the text's UTF-8 bytes, 128 lower-case hex digits */
  sign(text: string): string;
}

const UTC_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z$/;

/** A text that holds no usable key. The message says what is expected, never what was found. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/**
 * Reads a private key: PKCS8 as PEM (line ends may be written as \n) or as base64. Throws KeyError.
 * @param notBefore the instant from which it signs, to be published with it
 */
export function readSigningKey(text: string, notBefore?: string): SigningKey {
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
    ...bound('notBefore', notBefore),
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
 * Reads the keys that a verifier trusts: PEM, one or several; base64; or the JSON of `GET /v1/evidence-keys`, which
 * says of each when it counts. Throws KeyError when there is none, or a time that is none.
 */
export function readTrustedKeys(text: string): readonly PublicKey[] {
  const listed = attempt(() => JSON.parse(text) as { items?: Readonly<Record<string, unknown>>[] });
  if (Array.isArray(listed?.items) && listed.items.length > 0)
    return listed.items.map(({ publicKey, notBefore, notAfter }) => ({
      ...readPublicKey(typeof publicKey === 'string' ? publicKey : ''),
      ...bound('notBefore', notBefore),
      ...bound('notAfter', notAfter),
    }));
  const pems = text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g);
  return (pems ?? [text.trim()]).map(readPublicKey);
}

/**
 * Reads a key that signs no more, with the instant until which it did: `KEY@UNTIL`, or `KEY@FROM/UNTIL`; KEY is SPKI
 * as base64. Throws KeyError, also without an end: a key that somebody finds later would be trusted for ever.
 */
export function readRetiredKey(text: string): PublicKey {
  const [, key, notBefore, notAfter] = /^([^@]+)@(?:([^/]+)\/)?([^/]+)$/.exec(text.trim()) ?? [];
  if (key === undefined)
    throw new KeyError('a retired key is expected as KEY@UNTIL or KEY@FROM/UNTIL: base64 and UTC instants');
  return { ...readPublicKey(key), ...bound('notBefore', notBefore), ...bound('notAfter', notAfter) };
}

/** As `readRetiredKey` reads it. */
export function retiredKeyText({ publicKey, notBefore, notAfter = '' }: PublicKey): string {
  return `${publicKey}@${notBefore === undefined ? '' : `${notBefore}/`}${notAfter}`;
}

/** Whether what a key signed at an instant counts. */
export function countsAt({ notBefore, notAfter }: PublicKey, instant: string): boolean {
  const at = Date.parse(instant);
  return (
    (notBefore === undefined || at >= Date.parse(notBefore)) &&
    (notAfter === undefined || at < Date.parse(notAfter))
  );
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

/** Whether the one of these keys that a signature names made it, of this text, at an instant at which it counted. */
export function isSignedByOneOf(
  keys: readonly PublicKey[],
  { keyId, value }: { readonly keyId: string; readonly value: string },
  text: string,
  instant: string,
): boolean {
  const key = keys.find((one) => one.keyId === keyId);
  return key !== undefined && countsAt(key, instant) && isSignedBy(key, text, value);
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

function bound<N extends string>(name: N, instant: unknown): Partial<Record<N, string>> {
  if (instant === undefined || instant === null) return {};
  if (typeof instant !== 'string' || !UTC_INSTANT.test(instant) || Number.isNaN(Date.parse(instant)))
    throw new KeyError(`${name} of a key is expected to be a UTC instant, such as 2026-11-24T12:00:00Z`);
  const bounds: Partial<Record<string, string>> = { [name]: instant };
  return bounds;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
