import { canonicalJson } from '../domain/canonical-json.ts';
import { anchor } from './checks/anchor.ts';
import type { Check } from './checks/check.ts';
import { charges, consents, mails } from './checks/consents.ts';
import { course } from './checks/course.ts';
import { chain, notesOfEvents } from './checks/notes.ts';
import { arithmetic, quoteHashes, termsHashes, words } from './checks/quotes.ts';
import type { EvidenceBundle } from './payload.ts';
import { readBundle, UnreadableBundleError, type ReadBundle } from './read-bundle.ts';
import { isSignedBy, keyIdOf, type PublicKey } from './signing-key.ts';

/** `open`: there was nothing to check, or the verifier was not told enough. */
export interface VerifiedRow {
  readonly title: string;
  readonly outcome: 'pass' | 'fail' | 'open';
  /** What was looked at, or what is wrong. */
  readonly details: readonly string[];
}

export interface Verification {
  readonly ok: boolean;
  readonly rows: readonly VerifiedRow[];
  /** Undefined when the file could not be read. */
  readonly bundle: EvidenceBundle | undefined;
}

const CHECKS: readonly Check[] = [
  course,
  quoteHashes,
  arithmetic,
  termsHashes,
  words,
  consents,
  charges,
  mails,
  chain,
  notesOfEvents,
  anchor,
];

/**
 * Checks a proof bundle by itself: no database, no network.
 * @param trusted the company's public keys, from the company; undefined: the key in the file has to do, and the
 *   report says that it proves nothing about who signed
 */
export function verifyEvidence(file: Buffer, trusted: readonly PublicKey[] | undefined): Verification {
  let read: ReadBundle;
  try {
    read = readBundle(file);
  } catch (error) {
    if (!(error instanceof UnreadableBundleError)) throw error;
    const row = { title: 'File: a proof bundle', outcome: 'fail', details: [error.message] } as const;
    return { ok: false, rows: [row], bundle: undefined };
  }
  const { bundle } = read;
  const rows = [
    fileRow(read),
    signatureRow(bundle),
    signerRow(bundle, trusted),
    ...CHECKS.map((check) => rowOf(check, bundle, trusted)),
  ];
  return { ok: rows.every(({ outcome }) => outcome !== 'fail'), rows, bundle };
}

function fileRow({ form, difference }: ReadBundle): VerifiedRow {
  const title =
    form === 'page' ? 'File: the page says what its record says' : 'File: the record is in canonical form';
  return difference === null
    ? { title, outcome: 'pass', details: ['every byte'] }
    : { title, outcome: 'fail', details: [`changed at ${difference}`] };
}

function signatureRow({ payload, signature }: EvidenceBundle): VerifiedRow {
  const title = 'Signature: of exactly this record';
  const problems = [
    ...(keyIdOf(signature.publicKey) === signature.keyId
      ? []
      : ['the key id is not that of the key in the file']),
    ...(isSignedBy(signature, canonicalJson(payload), signature.value)
      ? []
      : ['the record is not what was signed: something in it was changed']),
  ];
  return problems.length === 0
    ? { title, outcome: 'pass', details: [`Ed25519, key ${signature.keyId.slice(0, 16)}…`] }
    : { title, outcome: 'fail', details: problems };
}

function signerRow({ signature }: EvidenceBundle, trusted: readonly PublicKey[] | undefined): VerifiedRow {
  const title = 'Signer: a key of the company';
  if (trusted === undefined) {
    const details = [
      'no public key was given: anybody could have signed this. Give the company’s with --public-key,',
      `or compare its key id with ${signature.keyId}`,
    ];
    return { title, outcome: 'open', details };
  }
  const isKnown = trusted.some(
    ({ keyId, publicKey }) => keyId === signature.keyId && publicKey === signature.publicKey,
  );
  return isKnown
    ? { title, outcome: 'pass', details: ['the key is one of those given'] }
    : { title, outcome: 'fail', details: [`signed by another key: ${signature.keyId}`] };
}

function rowOf(
  check: Check,
  { payload }: EvidenceBundle,
  keys: readonly PublicKey[] | undefined,
): VerifiedRow {
  const { looked, problems, remarks = [] } = check.run({ payload, keys });
  if (problems.length > 0) return { title: check.title, outcome: 'fail', details: problems };
  if (looked === '')
    return {
      title: check.title,
      outcome: 'open',
      details: remarks.length > 0 ? remarks : ['nothing there to check'],
    };
  return { title: check.title, outcome: 'pass', details: [looked, ...remarks] };
}
