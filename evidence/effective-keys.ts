import { KeyError, readRetiredKey, readSigningKey, type PublicKey, type SigningKey } from './signing-key.ts';

/** The company's keys at one time: the one that signs, and those that did before. */
export interface EffectiveKeys {
  readonly signingKey: SigningKey;
  readonly retired: readonly PublicKey[];
}

/** As settings have them: EVIDENCE_SIGNING_KEY, EVIDENCE_SIGNING_SINCE and the items of EVIDENCE_RETIRED_SIGNERS. */
export interface KeySettings {
  readonly signingKey: string;
  readonly signingSince: string | undefined;
  readonly retiredKeys: readonly string[];
}

/** Throws KeyError, also when the key to sign with is one of those that retired: what it signs would not count. */
export function readEffectiveKeys({ signingKey, signingSince, retiredKeys }: KeySettings): EffectiveKeys {
  const key = readSigningKey(signingKey, signingSince);
  const retired = retiredKeys.map(readRetiredKey);
  const end = retired.find(({ keyId }) => keyId === key.keyId)?.notAfter;
  if (end === undefined) return { signingKey: key, retired };
  throw new KeyError(
    `EVIDENCE_SIGNING_KEY is the key ${shortId(key)}, which retired ${end} by EVIDENCE_RETIRED_SIGNERS: give the present key, the first of GET /v1/evidence-keys`,
  );
}

/** Enough of a key's name for people to tell it from others. */
export function shortId({ keyId }: Pick<PublicKey, 'keyId'>): string {
  return `${keyId.slice(0, 16)}…`;
}
