import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';

// The package is CommonJS and exports the function itself; its types describe an ES default export.
const serialise = canonicalize as unknown as (value: unknown) => string;

/** RFC 8785 canonical JSON: the one text of a JSON value, so that equal values have equal hashes. */
export function canonicalJson(value: unknown): string {
  return serialise(value);
}

/** Lower-case hex SHA-256 of the text's UTF-8 bytes. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
