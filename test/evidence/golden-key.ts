import { createHash } from 'node:crypto';
import { readSigningKey, type SigningKey } from '../../evidence/signing-key.ts';

/** What comes before the 32 bytes of an Ed25519 private key in PKCS8's DER (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key of the stored bundles: the same in every run, and nobody's secret. */
export const GOLDEN_KEY: SigningKey = readSigningKey(
  Buffer.concat([PKCS8, createHash('sha256').update('the key of stored proof bundles').digest()]).toString(
    'base64',
  ),
);
