import { createHash, randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX_LENGTH = 8;
/** 238 bits. */
const SECRET_LENGTH = 40;

/** A key as it is given out, once; only prefix and hash are stored. */
export interface NewApiKey {
  /** `pc_<prefix>_<secret>`, the form that api/auth.ts takes. */
  readonly key: string;
  readonly prefix: string;
  readonly sha256: string;
}

export function newApiKey(): NewApiKey {
  const prefix = randomCharacters(PREFIX_LENGTH);
  const key = `pc_${prefix}_${randomCharacters(SECRET_LENGTH)}`;
  return { key, prefix, sha256: createHash('sha256').update(key).digest('hex') };
}

function randomCharacters(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
