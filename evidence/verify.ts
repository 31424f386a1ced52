import { canonicalJson } from '../domain/canonical-json.ts';
import { ALL_CHECKS } from './all-checks.ts';
import type { FileLine } from './anchor-file.ts';
import { anchorAsShipped } from './checks/anchor-as-shipped.ts';
import { findingOf, type Check, type CheckInput } from './checks/check.ts';
import { readable, type StoredBundle } from './earlier-formats.ts';
import { isFirstFormat } from './first-format.ts';
import { otherFile } from './other-files.ts';
import type { EvidencePayload } from './payload.ts';
import { readBundle, UnreadableBundleError, type ReadBundle } from './read-bundle.ts';
import { countsAt, isSignedBy, keyIdOf, type PublicKey } from './signing-key.ts';

/** `open`: there was nothing to check. `unknown`: the verifier was not told enough. */
export interface VerifiedRow {
  readonly title: string;
  readonly outcome: 'pass' | 'fail' | 'open' | 'unknown';
  /** What was looked at, or what is wrong. */
  readonly details: readonly string[];
}

/**
 * What a file is worth, the worst first: it is of another kind; it cannot be read; it is not what was signed; the company
 * did not sign it, or not while that key counted; it is genuine but does not hold together; nobody knows who signed; its
 * anchor is signed by a key that was not given, or is not in what was given of the file of anchors; it proves what it
 * says.
 */
export type Verdict =
  | 'other-file'
  | 'unreadable'
  | 'changed'
  | 'foreign'
  | 'contradictory'
  | 'signer-unknown'
  | 'anchor-signer-unknown'
  | 'anchor-unknown'
  | 'sound';

export interface Verification {
  readonly verdict: Verdict;
  readonly rows: readonly VerifiedRow[];
  /** Undefined when the file could not be read. */
  readonly bundle: StoredBundle | undefined;
}

/**
 * Checks a proof bundle by itself: no database, no network.
 * @param trusted the company's public keys, from the company; undefined: it stays open who signed, because the key in
 *   the file is whoever's
 * @param anchors lines of the file of anchors, from who keeps it; undefined: the anchor is compared with nothing outside
 */
export function verifyEvidence(
  file: Buffer,
  trusted: readonly PublicKey[] | undefined,
  anchors?: readonly FileLine[],
): Verification {
  const other = otherFile(file);
  if (other !== undefined) return unread('other-file', other);
  let read: ReadBundle;
  try {
    read = readBundle(file);
  } catch (error) {
    if (!(error instanceof UnreadableBundleError)) throw error;
    return unread('unreadable', error.message);
  }
  const { bundle } = read;
  const whole = [fileRow(read), signatureRow(bundle)];
  const signer = signerRow(bundle, trusted);
  const payload = readable(bundle.payload);
  const input = { payload, keys: trusted };
  const shipped = anchors === undefined ? [] : [rowOf(anchorAsShipped(anchors), input)];
  const said = [
    ...Object.values(ALL_CHECKS).map((check) => rowOf(check, input)),
    ...shipped,
    ...ownResultsRow(payload),
  ];
  const verdict = verdictOf(whole, signer, said);
  const isCompared = shipped.every(({ outcome }) => outcome !== 'open') || payload.anchor === null;
  return {
    verdict: verdict === 'sound' && !isCompared ? 'anchor-unknown' : verdict,
    rows: [...whole, signer, ...said],
    bundle,
  };
}

function unread(verdict: Verdict, why: string): Verification {
  const row = { title: 'File: a proof bundle', outcome: 'fail', details: [why] } as const;
  return { verdict, rows: [row], bundle: undefined };
}

function verdictOf(
  whole: readonly VerifiedRow[],
  signer: VerifiedRow,
  said: readonly VerifiedRow[],
): Verdict {
  const isFailing = ({ outcome }: VerifiedRow): boolean => outcome === 'fail';
  if (whole.some(isFailing)) return 'changed';
  if (isFailing(signer)) return 'foreign';
  if (said.some(isFailing)) return 'contradictory';
  if (signer.outcome !== 'pass') return 'signer-unknown';
  return said.some(({ outcome }) => outcome === 'unknown') ? 'anchor-signer-unknown' : 'sound';
}

function fileRow({ form, difference }: ReadBundle): VerifiedRow {
  const title =
    form === 'page' ? 'File: the page says what its record says' : 'File: the record is in canonical form';
  return difference === null
    ? { title, outcome: 'pass', details: ['every byte'] }
    : { title, outcome: 'fail', details: [`changed at ${difference}`] };
}

function signatureRow({ payload, signature }: StoredBundle): VerifiedRow {
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

function signerRow(
  { signature, payload: { generatedAt } }: StoredBundle,
  trusted: readonly PublicKey[] | undefined,
): VerifiedRow {
  const title = 'Signer: a key of the company';
  if (trusted === undefined) {
    const details = [
      'not established: the company’s public key was not given, and anybody could have signed this.',
      `Get it from the company and give it with --public-key, or compare its key id with ${signature.keyId}`,
    ];
    return { title, outcome: 'unknown', details };
  }
  const key = trusted.find(
    ({ keyId, publicKey }) => keyId === signature.keyId && publicKey === signature.publicKey,
  );
  if (key === undefined)
    return { title, outcome: 'fail', details: [`signed by another key: ${signature.keyId}`] };
  const { notBefore, notAfter } = key;
  if (!countsAt(key, generatedAt))
    return {
      title,
      outcome: 'fail',
      details: [
        `this key counts from ${notBefore ?? 'the first day'} until ${notAfter ?? 'now'}, and the file was made ${generatedAt}`,
      ],
    };
  const remarks =
    notAfter === undefined
      ? []
      : [`retired ${notAfter}: the company can make this file again, signed with its present key`];
  return { title, outcome: 'pass', details: ['the key is one of the company’s', ...remarks] };
}

function rowOf(check: Check, input: CheckInput): VerifiedRow {
  const { looked, problems, unknown = [], remarks = [] } = findingOf(check, input);
  if (problems.length > 0) return { title: check.title, outcome: 'fail', details: problems };
  if (unknown.length > 0)
    return { title: check.title, outcome: 'unknown', details: [...unknown, ...remarks] };
  if (looked === '')
    return {
      title: check.title,
      outcome: 'open',
      details: remarks.length > 0 ? remarks : ['nothing there to check'],
    };
  return { title: check.title, outcome: 'pass', details: [looked, ...remarks] };
}

/** A file that was signed although it does not hold together says so itself, also where a masked copy cannot show it. */
function ownResultsRow({ format, checks }: EvidencePayload): VerifiedRow[] {
  if (isFirstFormat(format)) return [];
  const title = 'Own results: nothing was wrong when it was signed';
  const failed = checks.filter(({ problems }) => problems.length > 0);
  if (failed.length === 0) return [{ title, outcome: 'pass', details: [`${checks.length} checks`] }];
  const details = failed.map((check) => `the file itself says that this does not hold: ${check.title}`);
  return [{ title, outcome: 'fail', details }];
}
