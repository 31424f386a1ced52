import { canonicalJson } from '../domain/canonical-json.ts';
import type { StoredBundle } from './earlier-formats.ts';
import type { BundleSignature } from './payload.ts';
import type { SigningKey } from './signing-key.ts';

/** Signs what a bundle says: Ed25519 over the UTF-8 bytes of the payload's RFC 8785 canonical JSON. */
export function sealEvidence<P extends StoredBundle['payload']>(
  payload: P,
  key: SigningKey,
): { payload: P; signature: BundleSignature } {
  const { keyId, publicKey } = key;
  return {
    payload,
    signature: { algorithm: 'Ed25519', keyId, publicKey, value: key.sign(canonicalJson(payload)) },
  };
}

/** The bare form of a bundle. A file with other bytes is not what was signed, whatever it means. */
export function bundleJson(bundle: StoredBundle): string {
  return `${canonicalJson(bundle)}\n`;
}
